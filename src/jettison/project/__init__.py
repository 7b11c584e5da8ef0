"""Recognising what a source tree is: language, manifests, start command, port, health path."""
