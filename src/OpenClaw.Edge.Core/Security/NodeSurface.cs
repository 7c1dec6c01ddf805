namespace OpenClaw.Edge.Security;

/// <summary>What a node can do: declared by it, or approved for it.</summary>
/// <param name="Caps">Such as <c>camera</c>.</param>
/// <param name="Commands">Such as <c>camera.snap</c>.</param>
/// <param name="Permissions">Such as <c>screenRecording</c> → true.</param>
public sealed record NodeSurface(
    IReadOnlyList<string> Caps,
    IReadOnlyList<string> Commands,
    IReadOnlyDictionary<string, bool> Permissions)
{
    /// <summary>Most entries of each list that are looked at.</summary>
    public const int MaxEntries = 256;

    /// <summary>Nothing.</summary>
    public static NodeSurface Empty { get; } = new([], [], new Dictionary<string, bool>());

    /// <summary>Whether nothing in <paramref name="declared"/> is missing here.</summary>
    public bool Covers(NodeSurface declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        return declared.Caps.All(cap => Caps.Contains(cap, StringComparer.Ordinal))
            && declared.Commands.All(command => Commands.Contains(command, StringComparer.Ordinal));
    }

    /// <summary>What is in both.</summary>
    public NodeSurface Within(NodeSurface? approved) => approved is null
        ? Empty
        : new NodeSurface(
            [.. Caps.Where(cap => approved.Caps.Contains(cap, StringComparer.Ordinal))],
            [.. Commands.Where(command => approved.Commands.Contains(command, StringComparer.Ordinal))],
            Permissions);

    /// <summary>Names of the scopes that somebody needs to approve it.</summary>
    public IReadOnlyList<string> ApprovalScopes =>
        NeedsAdmin ? ["operator.pairing", "operator.admin"] : Commands.Count > 0 ? ["operator.pairing", "operator.write"] : ["operator.pairing"];

    /// <summary>Whether a command in it lets the caller run programs or read files on the node: approving it needs an admin.</summary>
    public bool NeedsAdmin => Commands.Any(command =>
        command.StartsWith("system.run", StringComparison.Ordinal)
        || command.StartsWith("browser.proxy", StringComparison.Ordinal)
        || command.StartsWith("system.execApprovals.", StringComparison.Ordinal)
        || command is "system.which" or "fs.listDir");
}
