namespace OpenClaw.Edge.Security;

/// <summary>A one-time invitation for a phone or a second box. Never holds its token.</summary>
/// <param name="SetupId">UUID.</param>
/// <param name="Access"><c>full</c>, <c>limited</c> or <c>node</c>.</param>
/// <param name="ExpiresAtMs">Epoch milliseconds.</param>
/// <param name="DeviceId">Who used it; null while nobody has.</param>
/// <param name="DeviceName">What that device calls itself.</param>
/// <param name="CompletedAtMs">When it was used.</param>
public sealed record SetupCode(
    string SetupId,
    string Access,
    long ExpiresAtMs,
    string? DeviceId,
    string? DeviceName,
    long? CompletedAtMs)
{
    /// <summary>Scopes of the operator token that comes with it; empty for none. Source: docs/protocol.md, setup code.</summary>
    public IReadOnlyList<string> OperatorScopes => Access switch
    {
        "full" =>
        [
            "operator.admin", "operator.approvals", "operator.questions", "operator.read", "operator.talk.secrets",
            "operator.write",
        ],
        "limited" =>
            ["operator.approvals", "operator.questions", "operator.read", "operator.talk.secrets", "operator.write"],
        _ => [],
    };
}
