using System.Buffers.Text;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>gateway.identity.get</c>: who the gateway is, by a key that stays the same.</summary>
internal sealed class IdentityMethods(GatewayRuntime runtime)
{
    private readonly Lazy<Ed25519Key?> _key = new(
        () => GatewayIdentity.LoadOrCreate(runtime.Paths), LazyThreadSafetyMode.PublicationOnly); // a failure is tried again

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
        [MethodEntry.Of("gateway.identity.get", OperatorScopes.Read, "", _ => Get())];

    private MethodReply Get()
    {
        if (_key.Value is not { } key)
        {
            return MethodReply.Fail(GatewayError.Unavailable(
                "The gateway has no identity: libcrypto (OpenSSL 1.1 or 3) is not installed on its host."));
        }

        return MethodReply.Object(json =>
        {
            json.WriteString("deviceId"u8, key.DeviceId);
            json.WriteString("publicKey"u8, Base64Url.EncodeToString(key.PublicKey));
        });
    }
}
