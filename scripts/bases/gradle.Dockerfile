# Stand-in for gradle:*-jdk17: Debian's Gradle, an old release that Debian keeps running on Java 17.
FROM eclipse-temurin:17-jdk
RUN apt-get update && apt-get install -y --no-install-recommends gradle openjdk-17-jdk-headless \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/*
CMD ["gradle"]
