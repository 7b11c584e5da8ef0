"""ShellCheck's findings about the shell text of a Dockerfile, by the program itself, where it is asked for."""
