using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A default model without tools is told of, in status and doctor, before anybody wonders why no file was written.</summary>
public sealed class Says_what_a_model_cannot_do
{
    [Theory]
    [InlineData("tools", false)]
    [InlineData("vision", true)]
    public async Task A_default_model_without_tools_is_a_warning(string capability, bool warned)
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        model.Models = [new("plain:3b") { Capabilities = ["completion", capability], Loaded = true }];
        using GatewayHome home = new(model.BaseUri);
        home.WriteRawConfig(
            $$"""
            { models: { mode: "replace", providers: { lab: { baseUrl: "{{model.BaseUri}}", api: "ollama" } } },
              agents: { defaults: { model: { primary: "lab/plain:3b" } } },
              {{home.Gateway()}} }
            """);
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "hello"); // the server was asked what its model can do

        JsonElement health = await client.CallAsync("health", """{"probe":true}""");

        string told = health.TryGetProperty("warnings", out JsonElement warnings) ? warnings.GetRawText() : "";
        Assert.Equal(warned, told.Contains("The default model lab/plain:3b cannot call tools", StringComparison.Ordinal));
    }
}
