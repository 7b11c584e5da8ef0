require "socket"

server = TCPServer.new("0.0.0.0", 4567)
trap("TERM") { exit }
loop do
  client = server.accept
  client.gets
  client.write "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nruby\n"
  client.close
end
