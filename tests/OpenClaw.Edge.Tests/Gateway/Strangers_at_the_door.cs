using System.Net;
using System.Net.WebSockets;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Sockets that have not said who they are are few for each address.</summary>
public sealed class Strangers_at_the_door
{
    [Fact]
    public async Task One_more_than_the_variable_allows_is_turned_away_and_a_place_that_is_left_serves_again()
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri);
        await File.WriteAllTextAsync(Path.Combine(home.StateDir, ".env"), "OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP=2\n");
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        using ClientWebSocket first = await OpenAsync(gateway);
        using ClientWebSocket second = await OpenAsync(gateway);
        using ClientWebSocket refused = new();
        refused.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => Guard.Within(refused.ConnectAsync(Address(gateway), default)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.HttpStatusCode);

        await using GatewayTestClient known = await ConnectAfterAsync(first, gateway, home);
        Assert.Equal("hello-ok", known.Hello.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(null, 32)]
    [InlineData("5", 5)]
    [InlineData("0", 32)]
    [InlineData("-1", 32)]
    [InlineData("many", 32)]
    public void A_value_that_is_no_positive_number_counts_as_none(string? value, int expected)
    {
        ProcessEnvironment environment = value is null
            ? ProcessEnvironment.Empty
            : new ProcessEnvironment([new("OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP", value)], "/");
        Assert.Equal(expected, GatewayEndpoint.UnauthenticatedLimit(environment));
    }

    private static async Task<GatewayTestClient> ConnectAfterAsync(ClientWebSocket leaving, RunningGateway gateway, GatewayHome home)
    {
        leaving.Abort();
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await GatewayTestClient.ConnectAsync(gateway.BaseUri, home.Token);
            }
            catch (WebSocketException) when (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10))
            {
                await Task.Yield(); // the gateway hears of it in a moment
            }
        }
    }

    private static async Task<ClientWebSocket> OpenAsync(RunningGateway gateway)
    {
        ClientWebSocket socket = new();
        await Guard.Within(socket.ConnectAsync(Address(gateway), default));
        return socket;
    }

    private static Uri Address(RunningGateway gateway) => new UriBuilder(gateway.BaseUri) { Scheme = "ws" }.Uri;
}
