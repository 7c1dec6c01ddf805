using System.Buffers.Text;
using System.Text;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A device proves its key over the wire.</summary>
public sealed class Devices_connect : IAsyncLifetime
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
    public async Task A_local_device_that_signs_the_nonce_and_knows_the_secret_gets_its_scopes()
    {
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(gateway.BaseUri);

        await client.HandshakeAsync(Connect(client.Challenge.GetProperty("nonce").GetString()!));

        Assert.Equal(
            ["operator.admin", "operator.read"],
            client.Hello.GetProperty("auth").GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()).Order());
    }

    [Fact]
    public async Task A_signature_for_another_socket_is_refused()
    {
        await using GatewayTestClient other = await GatewayTestClient.OpenAsync(gateway.BaseUri);
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(gateway.BaseUri);

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(
            () => client.HandshakeAsync(Connect(other.Challenge.GetProperty("nonce").GetString()!)));

        Assert.Equal("DEVICE_AUTH_NONCE_MISMATCH", refused.Error.GetProperty("details").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_changed_line_breaks_the_signature()
    {
        await using GatewayTestClient client = await GatewayTestClient.OpenAsync(gateway.BaseUri);
        string connect = Connect(client.Challenge.GetProperty("nonce").GetString()!)
            .Replace("\"operator.read\"]", "\"operator.write\"]", StringComparison.Ordinal);

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.HandshakeAsync(connect));

        Assert.Equal("DEVICE_AUTH_SIGNATURE_INVALID", refused.Error.GetProperty("details").GetProperty("code").GetString());
    }

    private string Connect(string nonce)
    {
        Ed25519Key key = Ed25519Key.TryFromSeed([.. Enumerable.Range(0, 32).Select(value => (byte)value)])!;
        DeviceProof proof = new()
        {
            DeviceId = key.DeviceId,
            PublicKey = Base64Url.EncodeToString(key.PublicKey),
            Signature = "",
            SignedAtMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            Nonce = nonce,
            ClientId = "openclaw-tui",
            ClientMode = "ui",
            Role = "operator",
            Scopes = ["operator.admin", "operator.read"],
            Token = home.Token,
            Platform = "linux",
            DeviceFamily = "",
        };
        string signature = Base64Url.EncodeToString(key.Sign(Encoding.UTF8.GetBytes(DeviceSignature.Line(proof, version: 3))));
        return $$$"""
            {"minProtocol":4,"maxProtocol":4,"role":"operator","scopes":["operator.admin","operator.read"],"auth":{"token":"{{{home.Token}}}"},
             "client":{"id":"openclaw-tui","version":"1","platform":"linux","mode":"ui"},
             "device":{"id":"{{{proof.DeviceId}}}","publicKey":"{{{proof.PublicKey}}}","signature":"{{{signature}}}","signedAt":{{{proof.SignedAtMs}}},"nonce":"{{{nonce}}}"}}
            """;
    }
}
