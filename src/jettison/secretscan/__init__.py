"""Secrets in the bytes of images and folders: detectors as data, one engine for all of them."""
