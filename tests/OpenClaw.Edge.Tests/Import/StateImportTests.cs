using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Import;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Import;

/// <summary>What an import takes from an original's state folder, what it leaves, and what it says about it.</summary>
public sealed class StateImportTests : IDisposable
{
    private readonly TempDir root = new();
    private readonly OriginalState original = new();
    private readonly ManualTimeProvider time = new(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero));
    private readonly ProcessEnvironment environment;
    private readonly StatePaths paths;

    public StateImportTests()
    {
        environment = new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = root.Root }, root.Root);
        paths = StatePaths.Resolve(environment, stateDirFlag: root.PathOf("state"));
    }

    public void Dispose()
    {
        original.Dispose();
        root.Dispose();
    }

    [Fact]
    public async Task Without_yes_nothing_is_made_and_everything_is_told()
    {
        Conversation("agent:main:main");
        original.Write("openclaw.json", "{ gateway: { port: 19004 } }");
        original.Write("workspace/MEMORY.md", "likes tea");
        original.Write("skills/tea/SKILL.md", "---\nname: tea\n---\n");
        string[] before = original.Seal();

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: false);

        Assert.Equal(
            ["config openclaw.json 1 ready", "sessions agent:main:main 3 ready", "workspace workspace of main 1 ready", "skills skills 1 ready"],
            rows.Select(row => $"{row.Kind} {row.Name} {row.Count} {row.State}"));
        Assert.False(Directory.Exists(paths.StateDir));
        Assert.Equal(before, original.Seal());
    }

    [Fact]
    public async Task Everything_comes_is_read_back_and_a_second_time_there_is_nothing_to_do()
    {
        Conversation("agent:main:main", """{"label":"Tea","updatedAt":1795168805000,"createdAt":1795168800000,"lastInteractionAt":1795168804000}""");
        original.Write("openclaw.json", "{ gateway: { port: 19004 } }");
        original.Write("workspace/memory/2026-11-20.md", "tea at five");
        original.Write("workspace-garden/NOTES.md", "of another agent");
        original.Write("agents/garden/keep", "");
        string[] before = original.Seal();

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: true);
        IReadOnlyList<ImportRow> again = await RunAsync(apply: true);

        Assert.Equal(["config done 1", "sessions done 2", "workspace done 1", "workspace done 1"], rows.Select(row => $"{row.Kind} {row.State} {row.Verified}"));
        Assert.All(again, row => Assert.Equal("skipped", row.State));
        Assert.Equal("tea at five", root.Read("state/workspace/memory/2026-11-20.md"));
        Assert.Equal("of another agent", root.Read("state/workspace-garden/NOTES.md"));
        Assert.Equal("{ gateway: { port: 19004 } }", root.Read("state/openclaw.json"));
        await WithStoreAsync((store, _) =>
        {
            SessionRow row = store.Find(Key("agent:main:main"))!;
            Assert.Equal(("Tea", 1795168800000, 1795168805000, 1795168804000, "s-agent:main:main"), (row.Label, row.CreatedAtMs, row.UpdatedAtMs, row.LastInteractionAtMs, row.SessionId));
            Assert.Equal(["user", "assistant"], store.ReadPage(row.Key, 10).Entries.Select(entry => entry.Message.Role));
        });
        Assert.Empty(Directory.EnumerateFileSystemEntries(root.PathOf("state/tmp")));
        Assert.Equal(before, original.Seal());
        Assert.Equal("import", CareJournal.Read(paths)[0].GetProperty("action").GetString());
    }

    [Fact]
    public async Task A_session_without_messages_comes_once()
    {
        original.Session("agent:main:bare", "s-bare", "{}", OriginalState.Head("s-bare"));

        ImportRow row = Assert.Single(await RunAsync(apply: true));
        ImportRow again = Assert.Single(await RunAsync(apply: true));

        Assert.Equal(("done", "skipped"), (row.State, again.State));
    }

    [Fact]
    public async Task A_session_that_is_here_stays_and_one_whose_import_broke_off_comes_anew()
    {
        Conversation("agent:main:here");
        Conversation("agent:main:half");
        await WithStoreAsync(async (store, _) =>
        {
            await store.AppendAsync(Key("agent:main:here"), [Said("mine")], null, CancellationToken.None);
            await store.AppendAsync(Key("agent:main:half"), [Said("first half")], null, CancellationToken.None);
            using System.Text.Json.JsonDocument yes = System.Text.Json.JsonDocument.Parse("true");
            await store.PatchAsync(Key("agent:main:half"), new SessionPatch { Extra = new Dictionary<string, System.Text.Json.JsonElement?> { ["importUnfinished"] = yes.RootElement } }, CancellationToken.None);
        });

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: true);

        Assert.Equal(["agent:main:half done", "agent:main:here skipped"], rows.Select(row => $"{row.Name} {row.State}").Order(StringComparer.Ordinal));
        await WithStoreAsync((store, jobs) =>
        {
            Assert.Equal(1, store.ReadPage(Key("agent:main:here"), 10).Total);
            Assert.Equal(2, store.ReadPage(Key("agent:main:half"), 10).Total);
            Assert.Null(store.Find(Key("agent:main:half"))!.Extra is { } extra && extra.TryGetProperty("importUnfinished", out _) ? "marked" : null);
        });
    }

    [Fact]
    public async Task Records_that_the_original_packed_are_unpacked()
    {
        Assert.SkipUnless(NativeLibrary.TryLoad("libzstd.so.1", out _), "libzstd is not on this machine");
        string tea = new('t', 300);
        original.Session("agent:main:long", "s1", "{}", OriginalState.Head("s1"), OriginalState.Message("a", null, "user", "tea?"));
        original.PackedRecord("s1", 2, OriginalState.Message("b", "a", "assistant", tea));
        original.PackedRecord("s1", 3, OriginalState.Message("c", "b", "user", tea + "!"));

        ImportRow row = Assert.Single(await RunAsync(apply: true));

        Assert.Equal(("done", 3), (row.State, row.Verified));
        await WithStoreAsync((store, _) => Assert.Contains(tea + "!", store.ReadPage(Key("agent:main:long"), 1).Entries[0].Message.Content.PlainText));
    }

    [Fact]
    public async Task Transcripts_of_the_older_layout_are_read_and_never_from_outside_their_folder()
    {
        original.Write("agents/main/sessions/s7.jsonl", OriginalState.Head("s7") + "\n" + OriginalState.Message("a", null, "user", "old") + "\nnot json\n");
        original.Write("secret.jsonl", OriginalState.Head("s8") + "\n" + OriginalState.Message("a", null, "user", "outside") + "\n");
        File.CreateSymbolicLink(Path.Combine(original.Path, "agents/main/sessions/s9.jsonl"), Path.Combine(original.Path, "secret.jsonl"));
        original.Write(
            "agents/main/sessions/sessions.json",
            """{"agent:main:old":{"sessionId":"s7","updatedAt":1},"agent:main:out":{"sessionId":"s8","updatedAt":2,"sessionFile":"../../../secret.jsonl"},"agent:main:link":{"sessionId":"s9","updatedAt":3}}""");

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: true);

        Assert.Equal(["agent:main:old done", "agent:main:out skipped", "agent:main:link skipped"], rows.Select(row => $"{row.Name} {row.State}"));
        Assert.Contains("1 records are damaged (line 3", rows[0].Note);
        Assert.Equal(1, rows[0].Verified);
    }

    [Fact]
    public async Task Files_that_differ_stay_and_links_are_not_followed()
    {
        original.Write("workspace/USER.md", "theirs");
        original.Write("workspace/same.md", "same");
        original.Write("workspace/new.md", "new");
        original.Write("outside.md", "outside");
        File.CreateSymbolicLink(Path.Combine(original.Path, "workspace/link.md"), Path.Combine(original.Path, "outside.md"));
        root.Write("state/workspace/USER.md", "ours");
        root.Write("state/workspace/same.md", "same");

        ImportRow row = Assert.Single(await RunAsync(apply: true));

        Assert.Equal(("done", 1), (row.State, row.Verified));
        Assert.Contains("1 files are there already; 1 are there with other contents and stay: USER.md; left out: the link ", row.Note);
        Assert.Equal("ours", root.Read("state/workspace/USER.md"));
        Assert.Equal("new", root.Read("state/workspace/new.md"));
        Assert.False(Path.Exists(root.PathOf("state/workspace/link.md")));
    }

    [Fact]
    public async Task Jobs_keep_their_ids_and_those_that_cannot_run_are_named()
    {
        original.Job("j1", """{"id":"j1","name":"Tea","enabled":false,"createdAtMs":7,"schedule":{"kind":"every","everyMs":3600000},"sessionTarget":"main","wakeMode":"now","payload":{"kind":"systemEvent","text":"tea"},"state":{"nextRunAtMs":1},"scheduledToolPolicy":{"version":1}}""");
        original.Job("j2", """{"id":"j2","name":"Beat","declarationKey":"heartbeat:main","schedule":{"kind":"every","everyMs":1},"payload":{"kind":"heartbeat"}}""");
        original.Job("j3", """{"id":"j3","name":"Past","schedule":{"kind":"at","at":"2020-01-01T00:00:00Z"},"payload":{"kind":"systemEvent","text":"late"}}""");
        original.Job("j4", "no json");

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: true);
        IReadOnlyList<ImportRow> again = await RunAsync(apply: false);

        Assert.Equal(["done", "skipped", "skipped", "failed"], rows.Select(row => row.State));
        Assert.Contains("housekeeping", rows[1].Skip);
        Assert.Contains("in the past", rows[2].Skip);
        Assert.Contains("there already", again[0].Skip);
        await WithStoreAsync((_, jobs) =>
        {
            CronJob job = Assert.Single(jobs.Load());
            Assert.Equal(("j1", "Tea", false, 7L), (job.Id, job.Name, job.Enabled, job.CreatedAtMs));
        });
    }

    [Fact]
    public async Task Keys_come_only_where_they_are_asked_for()
    {
        original.Write(".env", "GROQ_API_KEY=gsk-1\nSET_HERE=theirs\n");
        original.Profiles("""{"version":1,"profiles":{"openai:default":{"type":"api_key","provider":"openai","key":"sk-2"},"anthropic:me":{"type":"oauth","provider":"anthropic","access":"a","refresh":"r"}}}""");
        root.Write("state/.env", "SET_HERE=ours");

        IReadOnlyList<ImportRow> without = await RunAsync(apply: true);
        string untouched = root.Read("state/.env");
        IReadOnlyList<ImportRow> with = await RunAsync(apply: true, credentials: true);

        Assert.All(without, row => Assert.Equal("skipped", row.State));
        Assert.Equal("SET_HERE=ours", untouched);
        Assert.Equal(["done", "skipped", "done", "skipped"], with.Select(row => row.State));
        Assert.Equal("SET_HERE=ours\nGROQ_API_KEY='gsk-1'\nOPENAI_API_KEY='sk-2'\n", root.Read("state/.env"));
        Assert.DoesNotContain(with, row => $"{row.Name}{row.Skip}{row.Note}{row.Problem}".Contains("sk-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_that_is_here_is_never_changed_and_told_apart()
    {
        original.Write("openclaw.json", "{ gateway: { port: 19004, auth: { token: 'their-secret-token-0123456789' } } }");
        root.Write("state/openclaw.json", "{ gateway: { port: 19005 } }");

        ImportRow row = Assert.Single(await RunAsync(apply: true));

        Assert.Equal("skipped", row.State);
        Assert.Contains("ours stays; it differs in", row.Skip);
        Assert.Contains("gateway.port", row.Skip);
        Assert.DoesNotContain("their-secret", row.Skip);
        Assert.Equal("{ gateway: { port: 19005 } }", root.Read("state/openclaw.json"));
    }

    [Fact]
    public async Task A_damaged_database_is_named_and_the_rest_still_comes()
    {
        original.Write("agents/other/agent/openclaw-agent.sqlite", "this is no database, and long enough to be read as the head of one by whoever looks at the first hundred bytes of it");
        Conversation("agent:main:main");

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: true);

        Assert.Equal(["done", "failed"], rows.Select(row => row.State));
        Assert.EndsWith("agents/other/agent/openclaw-agent.sqlite", rows[1].Name);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_refused()
    {
        ImportRequest request = Request(apply: false, credentials: false, source: root.PathOf("nowhere"));

        CareException refused = await Assert.ThrowsAsync<CareException>(() => StateImport.RunAsync(request, NullLogger.Instance, CancellationToken.None));

        Assert.Contains("is not a folder", refused.Message);
    }

    private static SessionKey Key(string text) => SessionKey.TryParse(text, "main", out SessionKey key) ? key : throw new ArgumentException(text);

    private static TranscriptEntry Said(string text) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Kind = TranscriptEntryKind.Message,
        Message = new OpenClaw.Edge.Protocol.Gateway.ChatMessage { Role = "user", Content = OpenClaw.Edge.Protocol.Gateway.MessageContent.Of(text), Timestamp = 1 },
    };

    private void Conversation(string key, string entry = "{}") => original.Session(
        key, $"s-{key}", entry, OriginalState.Head($"s-{key}"), OriginalState.Message("a", null, "user", "tea?"), OriginalState.Message("b", "a", "assistant", "tea."));

    private ImportRequest Request(bool apply, bool credentials, string? source = null) => new()
    {
        Source = source ?? original.Path,
        Paths = paths,
        Config = ConfigLoader.Load(paths, environment),
        Environment = environment,
        Time = time,
        Credentials = credentials,
        Apply = apply,
    };

    private Task<IReadOnlyList<ImportRow>> RunAsync(bool apply, bool credentials = false) =>
        StateImport.RunAsync(Request(apply, credentials), NullLogger.Instance, CancellationToken.None);

    private Task WithStoreAsync(Action<SessionStore, CronStore> look) => WithStoreAsync((store, jobs) =>
    {
        look(store, jobs);
        return Task.CompletedTask;
    });

    private async Task WithStoreAsync(Func<SessionStore, CronStore, Task> work)
    {
        await using EdgeDatabase database = EdgeDatabase.Open(paths.DatabasePath, time, NullLogger.Instance);
        await work(new SessionStore(database, time), new CronStore(database, time));
    }
}
