# Stand-in for python:3.11: Debian's Python on the buildpack ground, at the official image's path.
FROM jettison-base/buildpack
RUN apt-get update && apt-get install -y --no-install-recommends python3-dev python3-pip python3-venv python3-setuptools python3-wheel \
    && rm -rf /var/lib/apt/lists/* /usr/lib/python3.*/EXTERNALLY-MANAGED \
    && for name in python python3 python3.11; do ln -s /usr/bin/python3.11 /usr/local/bin/$name; done
ENV LANG=C.UTF-8
CMD ["python3"]
