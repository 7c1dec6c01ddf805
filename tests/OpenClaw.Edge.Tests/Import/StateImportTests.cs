using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Import;
using OpenClaw.Edge.Security;
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
    public async Task Jobs_that_wait_for_commands_or_run_scripts_come_whole_with_their_notes()
    {
        const string Rest = """
            ,"enabled":false,"createdAtMs":7,"updatedAtMs":8,"sessionTarget":"isolated","wakeMode":"now","delivery":{"mode":"none"},"scheduledToolPolicy":{"version":1,"mode":"trusted"}}
            """;
        const string Turn = """
            "payload":{"kind":"agentTurn","message":"look","toolsAllow":["*"]}
            """;
        original.Job("exit", """{"id":"exit","name":"e","schedule":{"kind":"on-exit","command":"make","cwd":"/src"},"payload":{"kind":"command","argv":["echo","done"],"env":{"A":"b"},"outputMaxBytes":9}""" + Rest);
        original.Job("tail", """{"id":"tail","name":"t","schedule":{"kind":"stream","command":["tail","-f","log"],"mode":"match","match":"^bad","batchMs":500},"state":{"streamSourceIdentity":"theirs","streamStatus":"running"},""" + Turn + Rest);
        original.Job("code", """{"id":"code","name":"c","schedule":{"kind":"every","everyMs":60000},"payload":{"kind":"script","script":"return {}","timeoutSeconds":300,"toolBudget":50,"toolsAllow":["read"]}""" + Rest);
        original.Job("when", """{"id":"when","name":"w","schedule":{"kind":"every","everyMs":60000},"trigger":{"script":"return { fire: true }","once":true},"pacing":{"min":"15m","max":"4h"},""" + Turn + Rest);
        original.Job("fast", """{"id":"fast","name":"f","schedule":{"kind":"every","everyMs":1000},"trigger":{"script":"return {}"},""" + Turn + Rest);
        original.Job("odd", """{"id":"odd","name":"o","schedule":{"kind":"stream","command":["x"],"mode":"match","match":"("},""" + Turn + Rest);
        original.Scratch("exit", "milk");
        original.Scratch("tail", null);
        original.Scratch("gone", "of a job that is not there");

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: true);

        Assert.Equal(["done", "done", "done", "done", "skipped", "skipped"], rows.Select(row => row.State));
        Assert.Contains("at least 30000ms", rows[4].Skip);
        Assert.Contains("it cannot run here", rows[5].Skip);
        await WithStoreAsync((_, jobs) =>
        {
            Dictionary<string, CronJob> by = jobs.Load().ToDictionary(job => job.Id);
            Assert.Equal(["code", "exit", "tail", "when"], by.Keys.Order());
            Assert.All(by.Values, job => Assert.Equal((false, 7L), (job.Enabled, job.CreatedAtMs)));
            Assert.Equal(("make", "/src", "b", 9L), (by["exit"].Schedule.Command!.Value.GetString(), by["exit"].Schedule.Cwd, by["exit"].Payload.Env!.Value.GetProperty("A").GetString(), by["exit"].Payload.OutputMaxBytes));
            Assert.Equal(["echo", "done"], by["exit"].Payload.Argv);
            Assert.Equal(("match", "^bad", 500), (by["tail"].Schedule.Mode, by["tail"].Schedule.Match, by["tail"].Schedule.BatchMs));
            Assert.NotEqual("theirs", by["tail"].State.StreamSourceIdentity ?? "theirs");
            Assert.Null(by["tail"].State.StreamStatus);
            Assert.Equal(("return {}", 300.0, 50), (by["code"].Payload.Script, by["code"].Payload.TimeoutSeconds, by["code"].Payload.ToolBudget));
            Assert.Equal(["read"], by["code"].Payload.ToolsAllow);
            Assert.True(by["when"].Trigger!.Value.GetProperty("once").GetBoolean());
            Assert.Equal(("15m", "4h"), (by["when"].Pacing!.Value.GetProperty("min").GetString(), by["when"].Pacing!.Value.GetProperty("max").GetString()));
            Assert.Equal(("milk", 1L), (jobs.Scratch("exit").Content, jobs.Scratch("exit").Revision));
            Assert.Equal((null, null), (jobs.Scratch("tail").Content, jobs.Scratch("gone").Content));
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
    public async Task Transcripts_from_before_a_reset_come_with_their_session_and_the_model_reads_the_newest()
    {
        string same = OriginalState.Message("m", null, "user", "in both").Replace("\"timestamp\":1795168801000", "\"timestamp\":1795168801000,\"idempotencyKey\":\"k:user\"", StringComparison.Ordinal);
        original.Session("agent:main:tea", "s-3", "{}", OriginalState.Head("s-3"), same, OriginalState.Message("n", "m", "assistant", "newest"));
        original.OlderWindow("agent:main:tea", "s-2", 20, OriginalState.Head("s-2"), same);
        original.OlderWindow("agent:main:tea", "s-1", 10, OriginalState.Head("s-1"), OriginalState.Message("a", null, "user", "oldest"), "not json");
        original.OlderWindow("agent:main:gone", "s-0", 10, OriginalState.Head("s-0"), OriginalState.Message("a", null, "user", "of nobody"));

        ImportRow row = Assert.Single(await RunAsync(apply: true));
        ImportRow again = Assert.Single(await RunAsync(apply: true));

        Assert.Equal(("done", 8L, 6L), (row.State, row.Count, row.Verified)); // records with heads; four messages and two markers
        Assert.Contains("2 of its transcripts are from before a reset", row.Note, StringComparison.Ordinal);
        Assert.Contains("1 records are damaged", row.Note, StringComparison.Ordinal);
        Assert.Equal("skipped", again.State);
        await WithStoreAsync(async (store, _) =>
        {
            SessionKey tea = Key("agent:main:tea");
            Assert.Equal(["Reset", "in both", "newest"], store.ReadPage(tea, 10).Entries.Select(entry => entry.Message.Content.PlainText));
            Assert.Equal(1795168801000, store.ReadPage(tea, 10).Entries[0].Message.Timestamp);
            Assert.Equal("s-3", store.Find(tea)!.SessionId);
            using MemoryStream all = new();
            await new TranscriptExport(store).WriteAsync(tea, all, null, CancellationToken.None);
            Assert.Contains("oldest", System.Text.Encoding.UTF8.GetString(all.ToArray()), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("""{"providerOverride":"ollama","modelOverride":"qwen3:8b","modelOverrideSource":"user","thinkingLevel":"High","verboseLevel":"full","reasoningLevel":"stream","queueMode":"collect","queueCap":7,"elevatedLevel":"full"}""", "ollama/qwen3:8b high full stream collect 7 -")]
    [InlineData("""{"providerOverride":"ollama","modelOverride":"qwen3:8b","modelOverrideSource":"auto","thinkingLevel":"enormous","verboseLevel":3,"queueMode":"queue"}""", "- - - - - - -")]
    [InlineData("""{"modelOverride":"small","queueCap":"x"}""", "small - - - - x -")]
    public async Task What_a_person_chose_for_a_session_comes_with_it(string entry, string expected)
    {
        Conversation("agent:main:tea", entry);

        await RunAsync(apply: true);

        await WithStoreAsync((store, _) =>
        {
            SessionRow row = store.Find(Key("agent:main:tea"))!;
            string Extra(string name) => row.Extra is { } extra && extra.TryGetProperty(name, out System.Text.Json.JsonElement value) ? value.ToString() : "-";
            Assert.Equal(
                expected,
                $"{row.ModelOverride ?? "-"} {row.ThinkLevel ?? "-"} {row.VerboseLevel ?? "-"} {row.ReasoningLevel ?? "-"} {row.QueueMode ?? "-"} {Extra("queueCap")} {Extra("elevatedLevel")}");
        });
    }

    [Fact]
    public async Task A_configuration_brings_the_files_that_it_includes()
    {
        original.Write("openclaw.json", "{ $include: './parts/models.json5', gateway: { port: 19004 } }");
        original.Write("parts/models.json5", "{ agents: { $include: 'agents.json5' } }");
        original.Write("parts/agents.json5", "{ defaults: { workspace: '~/notes' } }");
        root.Write("other/NOTES.md", "");

        ImportRow row = Assert.Single(await RunAsync(apply: true));

        Assert.Equal(("done", 1L), (row.State, row.Verified));
        Assert.Equal("with 2 files that it includes", row.Note);
        Assert.Equal("{ defaults: { workspace: '~/notes' } }", root.Read("state/parts/agents.json5"));
        Assert.Equal("~/notes", ConfigLoader.Load(paths, environment).Config.Agents.Defaults.Workspace);
    }

    [Theory]
    [InlineData("../outside.json5", "outside of")]
    [InlineData("link.json5", "behind a link")]
    [InlineData("here.json5", "another")]
    public async Task A_configuration_whose_includes_cannot_keep_their_place_stays(string include, string told)
    {
        original.Write("openclaw.json", $"{{ $include: '{include}' }}");
        string outside = Path.GetFullPath(Path.Combine(original.Path, "../outside.json5"));
        await File.WriteAllTextAsync(outside, "{}", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(original.Path, "link.json5"), outside);
        original.Write("here.json5", "{ gateway: { port: 19004 } }");
        root.Write("state/here.json5", "{ gateway: { port: 19005 } }");

        try
        {
            ImportRow row = Assert.Single(await RunAsync(apply: true));

            Assert.Equal("skipped", row.State);
            Assert.Contains(told, row.Skip, StringComparison.Ordinal);
            Assert.False(File.Exists(paths.ConfigPath));
            Assert.Equal("{ gateway: { port: 19005 } }", root.Read("state/here.json5"));
        }
        finally
        {
            File.Delete(outside);
        }
    }

    [Fact]
    public async Task Devices_stay_paired_by_the_tokens_that_they_have()
    {
        byte[] key = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];
        string publicKey = System.Buffers.Text.Base64Url.EncodeToString(key);
        string id = DeviceSignature.IdOf(key);
        original.Device(id, publicKey, "Ann's phone", """{"operator":{"token":"their-token-of-43-characters","role":"operator","scopes":["operator.read","operator.write","operator.future"]},"node":{"token":"revoked-token-of-43-chars","scopes":[],"revokedAtMs":1}}""");
        original.Device("not-its-hash", publicKey, "forged", """{"operator":{"token":"another-token-of-43-characters","scopes":["operator.admin"]}}""");

        IReadOnlyList<ImportRow> without = await RunAsync(apply: true);
        IReadOnlyList<ImportRow> with = await RunAsync(apply: true, credentials: true);
        IReadOnlyList<ImportRow> again = await RunAsync(apply: true, credentials: true);

        Assert.All(without, row => Assert.Contains("--include-credentials", row.Skip, StringComparison.Ordinal));
        Assert.Equal(["done", "skipped"], with.OrderBy(row => row.Name, StringComparer.Ordinal).Select(row => row.State));
        Assert.Contains("paired here already", again.Single(row => row.Name.Contains("Ann", StringComparison.Ordinal)).Skip, StringComparison.Ordinal);
        Assert.DoesNotContain(with, row => $"{row.Name}{row.Skip}{row.Note}".Contains("token-of-43", StringComparison.Ordinal));
        await using EdgeDatabase database = EdgeDatabase.Open(paths.DatabasePath, time, NullLogger.Instance);
        await using DevicePairing devices = new(database, Path.Combine(paths.SecretDir, "device-tokens.key"), time);
        PairedDevice device = Assert.Single(devices.Devices());
        Assert.Equal(("Ann's phone", "openclaw-ios", 1795160000000), (device.Label, device.ClientId, device.CreatedAtMs));
        DeviceRole role = Assert.Single(device.Roles);
        Assert.Equal(["operator.read", "operator.write"], role.Scopes);
        Assert.True(devices.IsToken(device, "operator", "their-token-of-43-characters"));
        Assert.True(devices.IsToken(device, "operator", devices.TokenOf(id, role)));
        Assert.False(devices.IsToken(device, "operator", "revoked-token-of-43-chars"));
        Assert.False(devices.IsToken(device, "operator", role.Salt[(role.Salt.IndexOf('#', StringComparison.Ordinal) + 1)..])); // the hash is no token
        await devices.RotateAsync(id, "operator", null, CancellationToken.None);
        Assert.False(devices.IsToken(devices.Find(id)!, "operator", "their-token-of-43-characters"));
    }

    [Fact]
    public async Task Keys_that_are_not_in_the_clear_are_named_with_the_way_to_give_them()
    {
        original.Profiles("""
            {"version":1,"profiles":{"groq:me":{"type":"token","provider":"groq","token":"gsk-3"},"openai:env":{"type":"api_key","provider":"openai","keyRef":{"source":"env","provider":"default","id":"MY_OPENAI"}},
            "xai:vault":{"type":"api_key","provider":"xai","keyRef":{"source":"exec","id":"vault/xai"}},"anthropic:me":{"type":"token","provider":"anthropic","token":"sk-ant-oat"}}}
            """);

        IReadOnlyList<ImportRow> rows = await RunAsync(apply: true, credentials: true);

        Assert.Equal(["done", "skipped", "skipped", "skipped"], rows.Select(row => row.State));
        Assert.Equal("GROQ_API_KEY='gsk-3'\n", root.Read("state/.env"));
        Assert.Contains("the variable MY_OPENAI", rows[1].Skip, StringComparison.Ordinal);
        Assert.Contains("kept elsewhere (vault/xai)", rows[2].Skip, StringComparison.Ordinal);
        Assert.Contains("give an API key", rows[3].Skip, StringComparison.Ordinal);
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
