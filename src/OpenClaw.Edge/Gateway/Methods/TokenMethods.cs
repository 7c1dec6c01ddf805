using OpenClaw.Edge.Care;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>gateway.token.rotate</c>, ours: a new shared token. It is never sent; it lies in its file, 0600.</summary>
internal sealed class TokenMethods(GatewayRuntime runtime)
{
    private const int DefaultGraceMs = 600_000;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("gateway.token.rotate", OperatorScopes.Admin, "graceMs:int(0..604800000)", Rotate) with { IsControlPlaneWrite = true, Advertised = false },
    ];

    private MethodReply Rotate(MethodCall call)
    {
        TimeSpan grace = TimeSpan.FromMilliseconds(call.Number("graceMs") ?? DefaultGraceMs);
        try
        {
            if (runtime.RotateToken?.Invoke(grace, call.Connection.Grant!.DeviceId ?? "the shared token") is not { } rotated)
            {
                return MethodReply.Invalid("this gateway has no token of its own");
            }

            return MethodReply.Object(json =>
            {
                json.WriteString("path"u8, rotated.Path);
                json.WriteNumber("rotatedAtMs"u8, rotated.RotatedAt.ToUnixTimeMilliseconds());
                json.WriteNumber("graceUntilMs"u8, rotated.GraceUntil.ToUnixTimeMilliseconds());
            });
        }
        catch (CareException refused)
        {
            return MethodReply.Invalid(refused.Message);
        }
    }
}
