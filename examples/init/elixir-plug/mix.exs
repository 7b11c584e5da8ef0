defmodule Bell.MixProject do
  use Mix.Project

  def project do
    [app: :bell, version: "0.1.0", elixir: "~> 1.14", deps: []]
  end

  def application do
    [extra_applications: [:logger], mod: {Bell, []}]
  end
end
