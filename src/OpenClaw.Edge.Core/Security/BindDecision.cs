using System.Net;

namespace OpenClaw.Edge.Security;

/// <summary>Where to listen, or why not to start.</summary>
/// <param name="Endpoints">Addresses with the port; empty when refused.</param>
/// <param name="Exposed">Whether any of them can be reached from another machine.</param>
/// <param name="Refusal">Why the gateway must not start, with the fix; null when it may.</param>
public sealed record BindDecision(IReadOnlyList<IPEndPoint> Endpoints, bool Exposed, string? Refusal)
{
    internal static BindDecision Refuse(string why) => new([], false, why);
}
