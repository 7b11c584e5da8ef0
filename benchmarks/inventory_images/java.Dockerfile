# Java archives: an application's folder of libraries, archives with everything packed into one, a wheel's archive.
FROM node:18-slim AS npm
WORKDIR /w
RUN npm pack allure-commandline@2.29.0 google-closure-compiler-java@20240317.0.0 && for f in *.tgz; do mkdir "${f%.tgz}" && tar xzf "$f" -C "${f%.tgz}" && rm "$f"; done
FROM python:3.11-slim AS pip
RUN pip install --no-cache-dir --no-deps --target /w tabula-py==2.9.3 py4j==0.10.9.7 jpype1==1.5.0
FROM eclipse-temurin:17-jre
COPY --from=npm /w /opt/npm
COPY --from=pip /w /opt/pip
