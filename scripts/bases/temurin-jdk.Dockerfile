# Stand-in for eclipse-temurin:17-jdk: the JRE stand-in with Debian's development kit.
FROM eclipse-temurin:17-jre
RUN apt-get update && apt-get install -y --no-install-recommends binutils openjdk-17-jdk-headless \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/*
CMD ["jshell"]
