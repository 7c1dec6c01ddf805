using System.Text.Json;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.TestKit.Gateways;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A device with a real Ed25519 key that connects to a gateway and signs its challenge.</summary>
public sealed class TestDevice
{
    /// <summary>Makes a device with a new key.</summary>
    public TestDevice() => Key = DeviceKey.Create() ?? throw new InvalidOperationException("libcrypto is missing");

    /// <summary>The key.</summary>
    public DeviceKey Key { get; }

    /// <summary>Device id.</summary>
    public string Id => Key.DeviceId;

    /// <summary>Connects. Throws <see cref="GatewayCallException"/> when refused; the client is then in <paramref name="refused"/>.</summary>
    /// <param name="gateway">Where.</param>
    /// <param name="auth">Members of <c>auth</c> by name.</param>
    /// <param name="role">Role.</param>
    /// <param name="scopes">Scopes.</param>
    /// <param name="client">Client id.</param>
    /// <param name="mode">Client mode.</param>
    /// <param name="more">Further members of the params, JSON, each with a comma before it.</param>
    /// <param name="headers">Headers of the upgrade.</param>
    /// <param name="refused">Gets the client whose handshake failed, for its close frame; it is disposed otherwise.</param>
    public async Task<GatewayTestClient> ConnectAsync(
        Uri gateway,
        IReadOnlyDictionary<string, string> auth,
        string role = "operator",
        string[]? scopes = null,
        string client = "cli",
        string mode = "cli",
        string more = "",
        (string Name, string Value)[]? headers = null,
        Action<GatewayTestClient>? refused = null,
        string platform = "linux")
    {
        GatewayTestClient socket = await GatewayTestClient.OpenAsync(gateway, "/", headers ?? []);
        scopes ??= [];
        string nonce = socket.Challenge.GetProperty("nonce").GetString()!;
        long signedAt = socket.Challenge.GetProperty("ts").GetInt64();
        string token = auth.GetValueOrDefault("token") ?? auth.GetValueOrDefault("deviceToken") ?? auth.GetValueOrDefault("bootstrapToken") ?? "";
        string signature = Key.Sign(new DeviceProof
        {
            DeviceId = Id,
            PublicKey = Key.PublicKey,
            Signature = "",
            SignedAtMs = signedAt,
            Nonce = nonce,
            ClientId = client,
            ClientMode = mode,
            Role = role,
            Scopes = scopes,
            Token = token,
            Platform = platform,
            DeviceFamily = "Linux",
        });
        string members = string.Join(',', auth.Select(pair => $"\"{pair.Key}\":\"{JsonEncodedText.Encode(pair.Value)}\""));
        string credentials = "{" + members + "}";
        string asked = string.Join(',', scopes.Select(scope => $"\"{scope}\""));
        try
        {
            await socket.HandshakeAsync(
                $$$"""
                {"minProtocol":4,"maxProtocol":4,"client":{"id":"{{{client}}}","version":"1.0.0","platform":"{{{platform}}}","deviceFamily":"Linux","mode":"{{{mode}}}","displayName":"test device"},
                 "role":"{{{role}}}","scopes":[{{{asked}}}],"auth":{{{credentials}}},
                 "device":{"id":"{{{Id}}}","publicKey":"{{{Key.PublicKey}}}","signature":"{{{signature}}}","signedAt":{{{signedAt}}},"nonce":"{{{nonce}}}"}{{{more}}}}
                """);
            return socket;
        }
        catch
        {
            if (refused is not null)
            {
                refused(socket);
            }
            else
            {
                await socket.DisposeAsync();
            }

            throw;
        }
    }
}
