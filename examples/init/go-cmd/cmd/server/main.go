package main

import (
	"log"

	"example.org/shop/internal/web"
)

func main() { log.Fatal(web.Serve(":9000")) }
