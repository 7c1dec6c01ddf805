using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Core.Tests.Memory;

/// <summary>Workspaces, a database on disk and an embedder that counts known words: texts about the same things are near each other.</summary>
internal sealed class MemoryHome : IAsyncDisposable
{
    private static readonly string[][] s_things =
    [
        ["kettle", "teapot", "tea"], ["car", "auto", "vehicle"], ["dog", "puppy"], ["router", "network"], ["garden", "flowers"], ["doctor", "health"],
    ];

    private readonly TempDir _dir = new();
    private EdgeDatabase? _database;
    private MemoryIndex? _index;

    public MemoryHome(MemorySearchConfig? settings = null, TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        Settings = settings ?? new MemorySearchConfig { WatchDebounceMs = 0 };
        _dir.Subdirectory("main/memory");
        _dir.Subdirectory("other/memory");
    }

    public TimeProvider Time { get; }

    public MemorySearchConfig Settings { get; set; }

    public string Root => _dir.Root;

    public string Model { get; set; } = "test/words";

    public int Dimensions { get; set; } = 16;

    /// <summary>What the next calls do instead of answering.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task>? Fault { get; set; }

    public bool HasEmbedder { get; set; } = true;

    /// <summary>Every text that was embedded as a document.</summary>
    public List<string> Embedded { get; } = [];

    public int Calls { get; private set; }

    public EdgeDatabase Database => _database ??= EdgeDatabase.Open(_dir.PathOf("edge.sqlite"), Time, NullLogger.Instance);

    public MemoryIndex Index => _index ??= new MemoryIndex(new MemoryParts
    {
        Database = Database,
        Disk = WorkspaceMemory.Disk,
        Scopes = () => [.. Agents.Select(Scope)],
        Choose = (settings, _) => Task.FromResult(HasEmbedder
            ? new MemoryEmbedderChoice(new MemoryEmbedder(settings.Model ?? Model, false, EmbedAsync), null)
            : new MemoryEmbedderChoice(null, "No embedding model was found.")),
        Time = Time,
        Logger = NullLogger.Instance,
        StartDelay = TimeSpan.Zero,
    });

    public MemoryScope Scope(string agent = "main") => new(agent, _dir.PathOf(agent), Own.GetValueOrDefault(agent, Settings));

    /// <summary>Agents of the configuration.</summary>
    public IReadOnlyList<string> Agents { get; set; } = ["main", "other"];

    /// <summary>Settings of single agents.</summary>
    public Dictionary<string, MemorySearchConfig> Own { get; } = [];

    public string Write(string path, string text, string agent = "main") => _dir.Write($"{agent}/{path}", text);

    public void Delete(string path) => File.Delete(_dir.PathOf($"main/{path}"));

    public Task<MemoryStatus> IndexAsync(bool force = false, string agent = "main") => Index.IndexAsync(Scope(agent), force, CancellationToken.None);

    public async Task<string[]> PathsAsync(string query, string agent = "main", double? minScore = null) =>
        [.. (await SearchAsync(query, agent, minScore)).Hits.Select(hit => hit.Path)];

    public Task<MemoryAnswer> SearchAsync(string query, string agent = "main", double? minScore = null) =>
        Index.SearchAsync(Scope(agent), query, null, minScore, CancellationToken.None);

    public long Number(string sql) => Database.Read(connection => connection.Number(sql));

    /// <summary>Ends the index and the database and begins anew on the same files.</summary>
    public async Task RestartAsync()
    {
        await EndAsync();
        (_index, _database) = (null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _dir.Dispose();
    }

    private async Task EndAsync()
    {
        if (_index is not null)
        {
            await _index.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken)
    {
        lock (Embedded)
        {
            Calls++;
        }

        if (Fault is { } fault)
        {
            await fault(texts, cancellationToken);
        }

        lock (Embedded)
        {
            Embedded.AddRange(isQuery ? [] : texts);
        }

        return [.. texts.Select(Vector)];
    }

    private float[] Vector(string text)
    {
        float[] vector = new float[Dimensions];
        vector[^1] = 0.05f;
        for (int i = 0; i < s_things.Length && i < Dimensions; i++)
        {
            vector[i] = s_things[i].Count(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        }

        return vector;
    }
}
