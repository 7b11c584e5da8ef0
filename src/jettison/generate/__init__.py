"""From a recognised program to the files that put it into a container."""
