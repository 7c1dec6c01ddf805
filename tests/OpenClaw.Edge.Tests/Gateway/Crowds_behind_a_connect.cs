using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Requests that do not wait for hello-ok. The numbers were measured at the original, 2026.9.6.</summary>
public sealed class Crowds_behind_a_connect : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task Fifteen_behind_a_wrong_secret_leave_it_its_error()
    {
        using RawSocket socket = await SendAsync("wrong", 15);

        JsonElement error = await socket.UntilAsync(frame => frame.GetProperty("type").ValueEquals("res"));

        Assert.Contains("token mismatch", error.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(1008, (await CloseAsync(socket)).Code);
    }

    [Fact]
    public async Task Sixteen_behind_a_wrong_secret_end_it_without_an_answer()
    {
        using RawSocket socket = await SendAsync("wrong", 16);

        Assert.Equal((1008, "too many pending handshake frames"), await CloseAsync(socket));
        Assert.DoesNotContain(socket.Seen, frame => frame.GetProperty("type").ValueEquals("res"));
    }

    [Fact]
    public async Task Forty_behind_the_right_secret_are_all_answered()
    {
        using RawSocket socket = await SendAsync(home.Token, 40);

        await socket.UntilAsync(frame => Answers(socket) == 40);

        Assert.All(socket.Seen.Where(frame => frame.GetProperty("type").ValueEquals("res")), frame => Assert.True(frame.GetProperty("ok").GetBoolean()));
    }

    private static int Answers(RawSocket socket) => socket.Seen.Count(frame => frame.GetProperty("type").ValueEquals("res") && !frame.GetProperty("id").ValueEquals("hello"));

    private async Task<RawSocket> SendAsync(string token, int behind)
    {
        RawSocket socket = await RawSocket.ConnectAsync(gateway.BaseUri, "");
        await socket.SendTogetherAsync(
        [
            $$$$"""{"type":"req","id":"hello","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1","platform":"linux","mode":"backend"},"role":"operator","scopes":["operator.read"],"auth":{"token":"{{{{token}}}}"}}}""",
            .. Enumerable.Range(0, behind).Select(number => $$"""{"type":"req","id":"{{number}}","method":"system-presence"}"""),
        ]);
        return socket;
    }

    private static async Task<(int Code, string Reason)> CloseAsync(RawSocket socket)
    {
        while (true)
        {
            (int opcode, byte[] payload) = await socket.ReadAsync();
            if (opcode == 1)
            {
                using JsonDocument document = JsonDocument.Parse(payload);
                socket.Seen.Add(document.RootElement.Clone());
                continue;
            }

            Assert.Equal(8, opcode);
            return RawSocket.CloseOf(payload);
        }
    }
}
