using System.Text.Json;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>What the original's web UI and apps read beside chats: workspaces, groups, branches, lanes, schema, wake words.</summary>
public sealed class Methods_that_pages_ask_for : WithClient
{
    [Fact]
    public async Task A_workspace_is_listed_and_read_and_nothing_outside_it()
    {
        JsonElement before = await Client.CallAsync("agents.workspace.list", """{"agentId":"main"}""");
        string workspace = (await Client.CallAsync("agents.files.list", """{"agentId":"main"}""")).GetProperty("workspace").GetString()!;
        Directory.CreateDirectory(Path.Combine(workspace, "notes"));
        await File.WriteAllTextAsync(Path.Combine(workspace, "notes", "a.txt"), "tea at five", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(workspace, "notes", "b.bin"), [0xff, 0xfe, 0x00], TestContext.Current.CancellationToken);

        JsonElement root = await Client.CallAsync("agents.workspace.list", """{"agentId":"main"}""");
        JsonElement notes = await Client.CallAsync("agents.workspace.list", """{"agentId":"main","path":"notes","limit":1}""");
        JsonElement file = await Client.CallAsync("agents.workspace.get", """{"agentId":"main","path":"notes/a.txt"}""");

        Assert.Equal(0, before.GetProperty("offset").GetInt32());
        Assert.Contains(root.GetProperty("entries").EnumerateArray(), entry =>
            entry.GetProperty("path").GetString() == "notes" && entry.GetProperty("kind").GetString() == "directory");
        Assert.Equal(("", 2, "notes/a.txt"), (notes.GetProperty("parentPath").GetString(), notes.GetProperty("totalEntries").GetInt32(),
            Assert.Single(notes.GetProperty("entries").EnumerateArray()).GetProperty("path").GetString()));
        Assert.Equal(("tea at five", "utf8", 11), (file.GetProperty("file").GetProperty("content").GetString(),
            file.GetProperty("file").GetProperty("encoding").GetString(), file.GetProperty("file").GetProperty("size").GetInt32()));
        await RefusedAsync("agents.workspace.get", """{"agentId":"main","path":"../x"}""", "path escapes the agent workspace");
        await RefusedAsync("agents.workspace.get", """{"agentId":"main","path":"/etc/passwd"}""", "path must be workspace-relative");
        await RefusedAsync("agents.workspace.get", """{"agentId":"main","path":"notes.txt"}""", "workspace file not found");
        await RefusedAsync("agents.workspace.get", """{"agentId":"main","path":"notes/b.bin"}""", "workspace file is not UTF-8 text or a supported image");
        await RefusedAsync("agents.workspace.list", """{"agentId":"ghost"}""", "agent \"ghost\" not found");
    }

    [Fact]
    public async Task Groups_keep_their_order_move_their_sessions_and_survive_a_restart()
    {
        await Client.CallAsync("sessions.groups.put", """{"names":["A","B"]}""");
        await Client.CallAsync("sessions.patch", """{"key":"one","category":"A"}""");
        await RefusedAsync("sessions.groups.put", """{"names":["B"]}""", "sessions.groups.put cannot drop groups that still have member sessions: \"A\" (1);");
        await RefusedAsync("sessions.groups.rename", """{"name":"Z","to":"C"}""", "unknown session group: Z");

        JsonElement renamed = await Client.CallAsync("sessions.groups.rename", """{"name":"A","to":"C"}""");
        JsonElement row = (await Client.CallAsync("sessions.describe", """{"key":"one"}""")).GetProperty("session");
        await Client.CallAsync("sessions.groups.update", """{"name":"C","cwd":"/srv/c","worktree":true}""");
        await RestartAsync();
        JsonElement kept = await Client.CallAsync("sessions.groups.list");
        JsonElement defaults = await Client.CallAsync("sessions.groups.defaults");
        JsonElement deleted = await Client.CallAsync("sessions.groups.delete", """{"name":"C"}""");

        Assert.Equal(1, renamed.GetProperty("updatedSessions").GetInt32());
        Assert.Equal("C", row.GetProperty("category").GetString());
        Assert.Equal("""[{"name":"C","position":0},{"name":"B","position":1}]""", kept.GetProperty("groups").GetRawText());
        Assert.Equal("""[{"name":"C","cwd":"/srv/c","worktree":true},{"name":"B"}]""", defaults.GetProperty("defaults").GetRawText());
        Assert.Equal((1, """[{"name":"B","position":0}]"""), (deleted.GetProperty("updatedSessions").GetInt32(), deleted.GetProperty("groups").GetRawText()));
        Assert.False((await Client.CallAsync("sessions.describe", """{"key":"one"}""")).GetProperty("session").TryGetProperty("category", out _));
    }

    [Fact]
    public async Task Many_sessions_are_changed_at_once_and_each_has_its_outcome()
    {
        JsonElement reply = await Client.CallAsync("sessions.patchMany", """{"targets":[{"key":"one"},{"key":"agent:ghost:x"}],"patch":{"pinned":true}}""");

        JsonElement[] outcomes = [.. reply.GetProperty("outcomes").EnumerateArray()];
        Assert.Equal([true, false], outcomes.Select(outcome => outcome.GetProperty("ok").GetBoolean()));
        Assert.Equal("Agent \"ghost\" no longer exists in configuration", outcomes[1].GetProperty("error").GetProperty("message").GetString());
        Assert.True((await Client.CallAsync("sessions.describe", """{"key":"one"}""")).GetProperty("session").GetProperty("pinned").GetBoolean());
        await RefusedAsync("sessions.patchMany", """{"keys":["one"],"patch":{}}""", "invalid sessions.patchMany params: must have required property 'targets'; at root: unexpected property 'keys'");
        await RefusedAsync("sessions.patchMany", """{"targets":[{}],"patch":{}}""", "invalid sessions.patchMany params: at /targets/0: must have required property 'key'");
    }

    [Fact]
    public async Task A_small_session_is_not_compacted_and_says_why()
    {
        JsonElement missing = await Client.CallAsync("sessions.compact", """{"key":"agent:main:nope"}""");
        await Client.ChatAsync("one", "hi");
        JsonElement kept = await Client.CallAsync("sessions.compact", """{"key":"one","maxLines":20}""");
        JsonElement branches = await Client.CallAsync("sessions.branches.list", """{"sessionKey":"one"}""");

        Assert.Equal((true, false, "no sessionId"), (missing.GetProperty("ok").GetBoolean(), missing.GetProperty("compacted").GetBoolean(), missing.GetProperty("reason").GetString()));
        Assert.Equal((true, false, 2), (kept.GetProperty("ok").GetBoolean(), kept.GetProperty("compacted").GetBoolean(), kept.GetProperty("kept").GetInt32()));
        JsonElement branch = Assert.Single(branches.GetProperty("branches").EnumerateArray());
        Assert.Equal((2, true), (branch.GetProperty("messageCount").GetInt32(), branch.GetProperty("active").GetBoolean()));
        JsonElement history = await Client.CallAsync("chat.history", """{"sessionKey":"one"}""");
        Assert.Equal(
            history.GetProperty("messages").EnumerateArray().Last().GetProperty("__openclaw").GetProperty("id").GetString(),
            branch.GetProperty("leafEntryId").GetString());
    }

    [Fact]
    public async Task Lanes_and_restart_preflight_count_the_turns_that_run()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["slow"], FirstPieceDelay = TimeSpan.FromSeconds(30) });
        JsonElement idle = await Client.CallAsync("gateway.restart.preflight");
        await Client.CallAsync("chat.send", """{"sessionKey":"one","message":"hi","idempotencyKey":"k1"}""");
        JsonElement busy = await Client.CallAsync("gateway.restart.preflight");
        JsonElement lanes = await Client.CallAsync("diagnostics.lanes");
        await Client.CallAsync("chat.abort", """{"sessionKey":"one"}""");

        Assert.Equal((true, "safe to restart now"), (idle.GetProperty("safe").GetBoolean(), idle.GetProperty("summary").GetString()));
        Assert.Equal((false, 1), (busy.GetProperty("safe").GetBoolean(), busy.GetProperty("counts").GetProperty("totalActive").GetInt32()));
        Assert.Equal(1, lanes.GetProperty("dynamic").GetProperty("laneCount").GetInt32());
        Assert.Equal(["cron", "main", "nested", "subagent"], lanes.GetProperty("lanes").EnumerateArray().Select(lane => lane.GetProperty("lane").GetString()));
    }

    [Fact]
    public async Task A_path_of_the_schema_is_looked_up_with_its_members()
    {
        JsonElement port = await Client.CallAsync("config.schema.lookup", """{"path":"gateway.port"}""");
        JsonElement section = await Client.CallAsync("config.schema.lookup", """{"path":"gateway"}""");

        Assert.Equal(("integer", 65535, "restart", 0), (port.GetProperty("schema").GetProperty("type").GetString(),
            port.GetProperty("schema").GetProperty("maximum").GetInt32(), port.GetProperty("reloadKind").GetString(), port.GetProperty("children").GetArrayLength()));
        JsonElement child = section.GetProperty("children").EnumerateArray().First(item => item.GetProperty("key").GetString() == "auth");
        Assert.Equal(("gateway.auth", "object", true), (child.GetProperty("path").GetString(), child.GetProperty("type").GetString(), child.GetProperty("hasChildren").GetBoolean()));
        await RefusedAsync("config.schema.lookup", """{"path":"gateway.nope"}""", "config schema path not found");
    }

    [Fact]
    public async Task Wake_words_are_kept_and_told_to_everyone()
    {
        JsonElement first = await Client.CallAsync("voicewake.get");
        JsonElement set = await Client.CallAsync("voicewake.set", """{"triggers":[" jarvis ",""]}""");
        JsonElement told = await Client.NextEventAsync(frame => frame.GetProperty("event").GetString() == "voicewake.changed");
        JsonElement kept = await Client.CallAsync("voicewake.get");

        Assert.Equal("""["openclaw","claude","computer"]""", first.GetProperty("triggers").GetRawText());
        Assert.All([set, told.GetProperty("payload"), kept], answer => Assert.Equal("""["jarvis"]""", answer.GetProperty("triggers").GetRawText()));
        await RefusedAsync("voicewake.set", "{}", "voicewake.set requires triggers: string[]");
    }

    [Theory]
    [InlineData("plugin.approval.list", "{}", "[]")]
    [InlineData("openclaw.approval.list", "{}", "[]")]
    [InlineData("progressCard.get", """{"sessionKey":"main"}""", """{"card":null}""")]
    [InlineData("update.status", "{}", """{"sentinel":null,"updateAvailable":null,"effectiveChannel":"stable","schedule":{"channel":"stable","autoEnabled":false}}""")]
    [InlineData("talk.config", "{}", """{"config":{}}""")]
    [InlineData("tts.providers", "{}", """{"providers":[],"active":""}""")]
    [InlineData("board.get", """{"sessionKey":"main"}""", """{"sessionKey":"agent:main:main","revision":0,"tabs":[],"widgets":[]}""")]
    public async Task What_does_not_exist_here_answers_as_the_original_does_when_it_is_empty(string method, string parameters, string expected) =>
        Assert.Equal(expected, (await Client.CallAsync(method, parameters)).GetRawText());

    [Theory]
    [InlineData("talk.speak", """{"text":"hi"}""", "talk.speak unavailable: talk provider not configured")]
    [InlineData("tts.setProvider", """{"provider":"x"}""", "Invalid provider. Use a registered TTS provider id.")]
    [InlineData("channels.status", """{"channel":"nope"}""", "unknown channel: nope")]
    [InlineData("users.self", "{}", "users.self requires an authenticated user")]
    public async Task What_is_off_says_so_in_the_originals_words(string method, string parameters, string expected) =>
        await RefusedAsync(method, parameters, expected);

    private async Task RefusedAsync(string method, string parameters, string expected) =>
        Assert.Contains(expected, await RefusalAsync(method, parameters), StringComparison.Ordinal);
}
