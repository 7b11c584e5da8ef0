/* Answers every request with the time since the epoch. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void stop(int number) { (void)number; _exit(0); }

int main(void) {
  int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8081), .sin_addr = {htonl(INADDR_ANY)}};
  signal(SIGTERM, stop);
  signal(SIGPIPE, SIG_IGN);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16)) return 1;
  for (;;) {
    char text[1024], answer[256];
    int one = accept(listener, NULL, NULL);
    if (one < 0) continue;
    if (read(one, text, sizeof text) > 0) {
      int length = snprintf(answer, sizeof answer, "HTTP/1.0 200 OK\r\n\r\n%ld\n", (long)time(NULL));
      if (write(one, answer, length) < 0) perror("write");
    }
    close(one);
  }
}
