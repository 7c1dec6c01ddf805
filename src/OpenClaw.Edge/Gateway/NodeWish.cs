namespace OpenClaw.Edge.Gateway;

/// <summary>Something that an operator wants of a node, for when it asks.</summary>
/// <param name="Id">UUID; <see cref="NodeWishes.BaselineId"/> for the one that every node gets.</param>
/// <param name="Type"><c>status.request</c> or <c>location.request</c>.</param>
/// <param name="Priority"><c>high</c>, <c>normal</c> or <c>default</c>.</param>
/// <param name="CreatedAtMs">Epoch milliseconds.</param>
/// <param name="ExpiresAtMs">Epoch milliseconds; null never.</param>
internal sealed record NodeWish(string Id, string Type, string Priority, long CreatedAtMs, long? ExpiresAtMs)
{
    /// <summary>Higher goes first.</summary>
    public int Rank => Priority switch { "high" => 3, "normal" => 2, _ => 1 };
}
