namespace OpenClaw.Edge.TestKit.Models;

/// <summary>A model in the scripted server's lists.</summary>
/// <param name="Id">Its name, as requests give it.</param>
public sealed record ScriptedModel(string Id)
{
    /// <summary>Ollama's words for what it can do: <c>completion</c>, <c>tools</c>, <c>thinking</c>, <c>vision</c>, <c>embedding</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = ["completion", "tools"];

    /// <summary>Tokens it could hold.</summary>
    public int MaxContext { get; init; } = 131072;

    /// <summary>Tokens it was loaded with.</summary>
    public int LoadedContext { get; init; } = 8192;

    /// <summary>Whether it is in memory.</summary>
    public bool Loaded { get; init; }

    /// <summary>LM Studio only: windows of the copies in memory; the first is called by <see cref="Id"/>, the next by <c>Id:2</c>,
    /// and so on. By default one copy of <see cref="LoadedContext"/> when <see cref="Loaded"/>.</summary>
    public IReadOnlyList<int>? Copies { get; init; }

    /// <summary>Size on disk.</summary>
    public long Bytes { get; init; } = 5225388164;

    /// <summary>Whether it makes vectors only.</summary>
    public bool Embedding => Capabilities.Contains("embedding");
}
