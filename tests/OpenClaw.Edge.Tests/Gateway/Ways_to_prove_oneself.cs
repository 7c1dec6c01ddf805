using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Each <c>gateway.auth.mode</c> over the wire: what gets in, with which scopes, and what does not.</summary>
public sealed class Ways_to_prove_oneself
{
    private const string Client = """ "minProtocol":4,"maxProtocol":4,"role":"operator","scopes":["operator.admin"],"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"} """;

    [Theory]
    [InlineData("mode: 'none'", "", "", "none operator.admin")]
    [InlineData("mode: 'token', token: 'secret-0123456789abcdef'", """,{"token":"secret-0123456789abcdef"}""", "", "token operator.admin")]
    [InlineData("mode: 'token', token: 'secret-0123456789abcdef'", """,{"token":"secret-0123456789abcdeg"}""", "", "AUTH_TOKEN_MISMATCH")]
    [InlineData("mode: 'token', token: 'secret-0123456789abcdef'", "", "", "DEVICE_IDENTITY_REQUIRED")]
    [InlineData("mode: 'password', password: 'a-long-password-0123'", """,{"password":"a-long-password-0123"}""", "", "password operator.admin")]
    [InlineData("mode: 'password', password: 'a-long-password-0123'", """,{"password":"wrong"}""", "", "AUTH_PASSWORD_MISMATCH")]
    [InlineData("mode: 'password', password: 'a-long-password-0123'", "", "", "DEVICE_IDENTITY_REQUIRED")]
    [InlineData("mode: 'trusted-proxy', trustedProxy: { userHeader: 'x-user', allowLoopback: true }", "", "eve@example.org", "trusted-proxy ")]
    [InlineData("mode: 'trusted-proxy', trustedProxy: { userHeader: 'x-user', allowLoopback: true, allowUsers: ['ada@example.org'] }", "", "eve@example.org", "DEVICE_IDENTITY_REQUIRED")]
    [InlineData("mode: 'trusted-proxy', trustedProxy: { userHeader: 'x-user', allowLoopback: true }", "", "", "DEVICE_IDENTITY_REQUIRED")]
    [InlineData("mode: 'trusted-proxy', identityScopes: { 'Eve@Example.org': ['operator.read', 'operator.write'] }, trustedProxy: { userHeader: 'x-user', allowLoopback: true }", "", "eve@example.org", "trusted-proxy operator.read operator.write")]
    [InlineData("mode: 'trusted-proxy', identityScopes: { Eve: ['operator.read'] }, trustedProxy: { userHeader: 'x-user', allowLoopback: true }", "", "eve", "trusted-proxy ")]
    [InlineData("mode: 'trusted-proxy', identityScopes: { eve: ['operator.read'] }, trustedProxy: { userHeader: 'x-user', allowLoopback: true }", "", "eve", "trusted-proxy operator.read")]
    public async Task A_mode_lets_in_whom_it_says(string auth, string credentials, string user, string outcome)
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri, $"gateway: {{ auth: {{ {auth} }}, trustedProxies: ['127.0.0.1'], controlUi: {{ allowedOrigins: [] }} }},");
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        (string, string)[] headers = user.Length == 0 ? [] : [("x-user", user), ("x-forwarded-for", "203.0.113.9")];
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(gateway.BaseUri, "/", headers);

        Assert.Equal(outcome, await HelloAsync(client, $"{{{Client}{(credentials.Length > 0 ? ",\"auth\":" + credentials[1..] : "")}}}"));
    }

    [Theory]
    [InlineData("operator.read", "none ")]
    [InlineData("", "none ")]
    [InlineData("operator.read, operator.admin", "none operator.admin")]
    public async Task The_upgrade_may_ask_for_less(string header, string outcome)
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri, "gateway: { auth: { mode: 'none' } },");
        await using RunningGateway gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(gateway.BaseUri, "/", ("x-openclaw-scopes", header));

        Assert.Equal(outcome, await HelloAsync(client, $"{{{Client}}}"));
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync("sessions.reset", """{"key":"nowhere","reason":"nope"}"""));
        Assert.Equal(outcome.Contains("admin", StringComparison.Ordinal) ? "INVALID_REQUEST" : "FORBIDDEN", refused.Code);
    }

    private static async Task<string> HelloAsync(GatewayTestClient client, string parameters)
    {
        try
        {
            await client.HandshakeAsync(parameters);
            JsonElement auth = client.Hello.GetProperty("auth");
            string scopes = string.Join(' ', auth.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
            return $"{auth.GetProperty("method").GetString()} {scopes}";
        }
        catch (GatewayCallException refused)
        {
            return refused.Error.TryGetProperty("details", out JsonElement details) ? details.GetProperty("code").GetString()! : refused.Message;
        }
    }
}
