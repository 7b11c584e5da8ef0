module example.org/go-web

go 1.19
