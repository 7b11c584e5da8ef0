# Stand-in for maven:3-eclipse-temurin-17: Debian's Maven. Maven's central repository is stood in for by
# Debian's own plugins and libraries, so a project must name plugin versions that Debian has.
FROM eclipse-temurin:17-jdk
RUN apt-get update && apt-get install -y --no-install-recommends git libmaven-compiler-plugin-java libmaven-dependency-plugin-java \
        libmaven-install-plugin-java libmaven-jar-plugin-java libmaven-resources-plugin-java libsurefire-java maven \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* \
    && printf '<settings><mirrors><mirror><id>debian</id><mirrorOf>*</mirrorOf><url>file:///usr/share/maven-repo</url></mirror></mirrors></settings>\n' \
       > /etc/maven/settings.xml
CMD ["mvn"]
