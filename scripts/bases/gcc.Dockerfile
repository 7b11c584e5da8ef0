# Stand-in for gcc:12: Debian's compilers on the buildpack ground.
FROM jettison-base/buildpack
RUN apt-get update && apt-get install -y --no-install-recommends gfortran && rm -rf /var/lib/apt/lists/*
