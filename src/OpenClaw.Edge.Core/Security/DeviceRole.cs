namespace OpenClaw.Edge.Security;

/// <summary>A role that a paired device may take, with the salt of its token.</summary>
/// <param name="Role"><c>operator</c> or <c>node</c>.</param>
/// <param name="Scopes">Approved scopes; a node has none.</param>
/// <param name="Salt">Changes with each rotation, and the token with it.</param>
/// <param name="CreatedAtMs">First approval, epoch milliseconds.</param>
/// <param name="RotatedAtMs">Last rotation; null when there was none.</param>
/// <param name="RevokedAtMs">When it was revoked; null while it holds.</param>
public sealed record DeviceRole(
    string Role,
    IReadOnlyList<string> Scopes,
    string Salt,
    long CreatedAtMs,
    long? RotatedAtMs,
    long? RevokedAtMs)
{
    /// <summary>When its token was shown last, since the start of the gateway; null when it was not.</summary>
    public long? LastUsedAtMs { get; init; }

    /// <summary>When the token in force was made.</summary>
    public long IssuedAtMs => RotatedAtMs ?? CreatedAtMs;

    /// <summary>Whether it holds.</summary>
    public bool IsLive => RevokedAtMs is null;

    /// <summary>Whether everything that is asked for was approved or is implied by what was.</summary>
    public bool Covers(IReadOnlyList<string> asked) => Role == "node" || ScopeSet.Of(Scopes).AllowsAll(asked);

    /// <summary>Never the salt.</summary>
    public override string ToString() => $"{Role} [{string.Join(' ', Scopes)}]";
}
