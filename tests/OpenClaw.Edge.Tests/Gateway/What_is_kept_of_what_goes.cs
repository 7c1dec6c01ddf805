using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Deleted sessions and agents: their transcripts are kept for a while, workspaces are moved aside.</summary>
public sealed class What_is_kept_of_what_goes : WithClient
{
    [Fact]
    public async Task A_deleted_session_leaves_its_transcript_which_can_be_imported()
    {
        await Client.ChatAsync("gone", "keep me");
        await Client.CallAsync("sessions.create", """{"key":"empty"}""");

        JsonElement deleted = await Client.CallAsync("sessions.delete", """{"key":"gone"}""");
        JsonElement empty = await Client.CallAsync("sessions.delete", """{"key":"empty"}""");
        JsonElement nothing = await Client.CallAsync("sessions.delete", """{"key":"gone"}""");

        string path = Assert.Single(Texts(deleted.GetProperty("archived")));
        string[] lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(
            (Path.Combine(Home.StateDir, "agents", "main", "sessions"), UnixFileMode.UserRead | UnixFileMode.UserWrite),
            (Path.GetDirectoryName(path), File.GetUnixFileMode(path)));
        Assert.Contains(".jsonl.deleted.", path, StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"session","version":4""", lines[0], StringComparison.Ordinal);
        Assert.Contains("keep me", lines[1], StringComparison.Ordinal);
        Assert.Equal((true, 0, false), (empty.GetProperty("deleted").GetBoolean(), empty.GetProperty("archived").GetArrayLength(), nothing.GetProperty("deleted").GetBoolean()));
    }

    [Fact]
    public async Task The_id_of_somebody_elses_transcript_leads_nowhere_else()
    {
        string lines = JsonEncodedText.Encode(
            """
            {"type":"session","version":4,"id":"../../../elsewhere","timestamp":"2026-11-21T07:52:26Z"}
            {"type":"message","id":"a","parentId":null,"timestamp":"2026-11-21T07:52:27Z","message":{"role":"user","content":"one"}}
            """).ToString();
        await Client.CallAsync("edge.sessions.import", $$"""{"key":"strange","jsonl":"{{lines}}"}""");

        JsonElement deleted = await Client.CallAsync("sessions.delete", """{"key":"strange"}""");

        string path = Assert.Single(Texts(deleted.GetProperty("archived")));
        Assert.Equal(Path.Combine(Home.StateDir, "agents", "main", "sessions"), Path.GetDirectoryName(path));
        Assert.StartsWith("elsewhere.jsonl.deleted.", Path.GetFileName(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_archived_or_has_changed_stays()
    {
        await Client.ChatAsync("here", "hi");

        Assert.Equal(
            "INVALID_REQUEST: Session here is not archived. Archive it first, then delete it.",
            await RefusalAsync("sessions.delete", """{"key":"here","archivedOnly":true}"""));
        GatewayCallException changed = await RefusedAsync("sessions.delete", """{"key":"here","expectedSessionId":"other"}""");
        Assert.Equal(
            ("INVALID_REQUEST: Session here changed before deletion. Retry.", "session-changed"),
            (changed.Message, changed.Error.GetProperty("details").GetProperty("reason").GetString()));
        await RefusedAsync("sessions.delete", """{"key":"here","expectedLifecycleRevision":"other"}""");
        await Client.CallAsync("sessions.patch", """{"key":"here","archived":true}""");
        Assert.True((await Client.CallAsync("sessions.delete", """{"key":"here","archivedOnly":true}""")).GetProperty("deleted").GetBoolean());
    }

    [Fact]
    public async Task Old_archives_go_with_the_next_one()
    {
        await Client.ChatAsync("one", "hi");
        await Client.ChatAsync("two", "hi");
        string old = Texts((await Client.CallAsync("sessions.delete", """{"key":"one"}""")).GetProperty("archived"))[0];
        File.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-31));

        string next = Texts((await Client.CallAsync("sessions.delete", """{"key":"two"}""")).GetProperty("archived"))[0];

        Assert.Equal((false, true), (File.Exists(old), File.Exists(next)));
    }

    [Fact]
    public async Task An_agents_files_are_moved_aside_unless_they_are_to_stay()
    {
        string workspace = (await Client.CallAsync("agents.create", """{"name":"Night Watch"}""")).GetProperty("workspace").GetString()!;
        await Client.CallAsync("agents.files.set", """{"agentId":"night-watch","name":"SOUL.md","content":"calm"}""");
        await Client.ChatAsync("agent:night-watch:main", "hi");

        JsonElement deleted = await Client.CallAsync("agents.delete", """{"agentId":"night-watch"}""");

        JsonElement removed = Assert.Single(deleted.GetProperty("removed").EnumerateArray());
        Assert.Equal((workspace, "trash", 0),
            (removed.GetProperty("path").GetString(), removed.GetProperty("method").GetString(), deleted.GetProperty("failed").GetArrayLength()));
        Assert.False(Directory.Exists(workspace));
        string moved = Assert.Single(Directory.GetDirectories(Path.Combine(Home.StateDir, "trash")));
        Assert.Equal("calm", await File.ReadAllTextAsync(Path.Combine(moved, "SOUL.md"), TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(Path.Combine(Home.StateDir, "agents", "night-watch", "sessions"), "*.jsonl.deleted.*"));
    }

    [Fact]
    public async Task An_agents_files_stay_when_that_is_wanted()
    {
        string workspace = (await Client.CallAsync("agents.create", """{"name":"Night Watch"}""")).GetProperty("workspace").GetString()!;
        await Client.CallAsync("agents.files.set", """{"agentId":"night-watch","name":"SOUL.md","content":"calm"}""");

        JsonElement deleted = await Client.CallAsync("agents.delete", """{"agentId":"night-watch","deleteFiles":false}""");

        Assert.Equal((0, 0), (deleted.GetProperty("removed").GetArrayLength(), deleted.GetProperty("failed").GetArrayLength()));
        Assert.Equal("calm", await File.ReadAllTextAsync(Path.Combine(workspace, "SOUL.md"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_workspace_that_another_agent_uses_stays()
    {
        Directory.CreateDirectory(Home.Workspace);
        await Client.CallAsync("agents.create", $$"""{"name":"Guest","workspace":"{{Home.Workspace}}"}""");

        JsonElement deleted = await Client.CallAsync("agents.delete", """{"agentId":"guest","deleteFiles":true}""");

        Assert.Contains("\"main\" uses it too", Assert.Single(deleted.GetProperty("failed").EnumerateArray()).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.True(Directory.Exists(Home.Workspace));
    }
}
