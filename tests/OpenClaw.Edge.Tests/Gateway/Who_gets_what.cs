using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Audiences: readers, subscribers, session-scoped clients. Source: docs/protocol.md, who gets what.</summary>
public sealed class Who_gets_what : IAsyncLifetime
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
    public async Task Each_connection_gets_what_it_asked_for()
    {
        using RawSocket requester = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        using RawSocket all = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        using RawSocket byKey = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        using RawSocket scoped = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token, caps: "\"session-scoped-events\"");
        using RawSocket scopedByKey = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token, caps: "\"session-scoped-events\"");
        await all.CallAsync("sessions.subscribe");
        await byKey.CallAsync("sessions.messages.subscribe", """{"key":"mine"}""");
        await scopedByKey.CallAsync("sessions.messages.subscribe", """{"key":"mine"}""");

        foreach (string session in (string[])["mine", "yours"])
        {
            await requester.CallAsync("chat.send", $$"""{"sessionKey":"{{session}}","message":"hi","idempotencyKey":"{{session}}-1"}""");
            await requester.UntilAsync(frame => frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals("chat")
                && frame.GetProperty("payload").GetProperty("state").ValueEquals("final"));
        }

        await Task.WhenAll(((RawSocket[])[requester, all, byKey, scoped, scopedByKey]).Select(socket => socket.CallAsync("last-heartbeat")));

        Assert.Equal(("mine yours", "", ""), Sessions(requester));
        Assert.Equal(("mine yours", "mine yours", "mine yours"), Sessions(all));
        Assert.Equal(("mine yours", "mine", ""), Sessions(byKey));
        Assert.Equal(("", "", ""), Sessions(scoped));
        Assert.Equal(("mine", "mine", ""), Sessions(scopedByKey));
    }

    [Fact]
    public async Task A_subscription_by_key_can_be_taken_back()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        JsonElement on = await client.CallAsync("sessions.messages.subscribe", """{"key":"mine"}""");
        JsonElement off = await client.CallAsync("sessions.messages.unsubscribe", """{"key":"mine"}""");

        await client.ChatAsync("mine", "hi");
        await client.CallAsync("last-heartbeat");

        Assert.Equal("agent:main:mine", on.GetProperty("key").GetString());
        Assert.False(off.GetProperty("subscribed").GetBoolean());
        Assert.DoesNotContain(client.Events, frame => frame.GetProperty("event").ValueEquals("session.message"));
    }

    private static (string Chat, string Messages, string Changes) Sessions(RawSocket socket) =>
        (Sessions(socket, "chat"), Sessions(socket, "session.message"), Sessions(socket, "sessions.changed"));

    private static string Sessions(RawSocket socket, string eventName) => string.Join(' ', socket.Seen
        .Where(frame => frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals(eventName))
        .Select(frame => frame.GetProperty("payload").GetProperty("sessionKey").GetString()!.Split(':')[^1])
        .Distinct()
        .Order());
}
