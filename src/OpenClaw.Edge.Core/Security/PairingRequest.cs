namespace OpenClaw.Edge.Security;

/// <summary>A device that waits for approval.</summary>
/// <param name="RequestId">UUID.</param>
/// <param name="Ask">What it asks for.</param>
/// <param name="IsRepair">Whether the device is known already and asks for more.</param>
/// <param name="AtMs">Last ask, epoch milliseconds; it lives <see cref="Lifetime"/> from then.</param>
public sealed record PairingRequest(string RequestId, PairingAsk Ask, bool IsRepair, long AtMs)
{
    /// <summary>How long it waits. Source: docs/protocol.md, pairing.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
}
