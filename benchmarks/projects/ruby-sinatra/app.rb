require "sinatra"

set :bind, "0.0.0.0"
set :port, 4567
set :server, "webrick"
set :environment, :production

get("/") { erb :index }
get("/health") { "ok\n" }
