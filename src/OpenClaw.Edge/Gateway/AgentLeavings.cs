using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>What an agent that is deleted leaves behind: its sessions are deleted, which keeps their transcripts for a while, and its workspace
/// is moved to <c>trash</c> in the state directory. Nothing is destroyed.</summary>
internal sealed class AgentLeavings(GatewayRuntime runtime)
{
    private readonly List<string> _removed = [];
    private readonly List<(string Path, string Why)> _failed = [];

    /// <summary>Clears them away; what cannot be is told.</summary>
    public async Task ClearAsync(AgentEntry agent, CancellationToken cancellationToken)
    {
        var archive = new SessionArchive(runtime);
        while (true)
        {
            IReadOnlyList<SessionRow> rows = runtime.Sessions.List(
                new SessionQuery { AgentId = agent.Id, Archived = null, Limit = SessionQuery.MaxLimit }).Rows;
            foreach (SessionRow row in rows)
            {
                try
                {
                    await archive.WriteAsync(row, agent.Workspace, cancellationToken);
                }
                catch (Exception full) when (full is IOException or UnauthorizedAccessException)
                {
                    _failed.Add((row.Key.Text, full.Message));
                    return; // what was said must not be lost for want of room
                }

                await runtime.Sessions.DeleteAsync(row.Key, cancellationToken);
            }

            if (rows.Count < SessionQuery.MaxLimit)
            {
                break;
            }
        }

        MoveWorkspace(agent);
    }

    /// <summary>Writes <c>removed</c> and <c>failed</c>.</summary>
    public static void Write(Utf8JsonWriter json, AgentLeavings? leavings)
    {
        json.WriteStartArray("removed"u8);
        foreach (string path in leavings?._removed ?? [])
        {
            json.WriteStartObject();
            json.WriteString("path"u8, path);
            json.WriteString("method"u8, "trash"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("failed"u8);
        foreach ((string path, string why) in leavings?._failed ?? [])
        {
            json.WriteStartObject();
            json.WriteString("path"u8, path);
            json.WriteString("error"u8, why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void MoveWorkspace(AgentEntry agent)
    {
        string folder = Path.GetFullPath(agent.Workspace).TrimEnd('/');
        if (!Directory.Exists(folder))
        {
            return;
        }

        string? taken = runtime.Paths.StateDir.StartsWith(folder + "/", StringComparison.Ordinal) || runtime.Paths.StateDir == folder ? "the gateway's state lies in it"
            : runtime.Config.Current.Environment["HOME"] is { } home && (home + "/").StartsWith(folder + "/", StringComparison.Ordinal) ? "a home lies in it"
            : runtime.Agents().All.FirstOrDefault(other => other.Id != agent.Id && Overlap(Path.GetFullPath(other.Workspace), folder)) is { } shared
                ? $"agent \"{shared.Id}\" uses it too"
            : null;
        if (taken is not null)
        {
            _failed.Add((folder, taken));
            return;
        }

        string trash = Path.Combine(runtime.Paths.StateDir, "trash");
        string stamp = runtime.Time.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        try
        {
            AtomicFile.CreateFolder(trash);
            Directory.Move(folder, Path.Combine(trash, $"{agent.Id}-{stamp}"));
            _removed.Add(folder);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            _failed.Add((folder, stuck.Message));
        }
    }

    private static bool Overlap(string left, string right) =>
        (left.TrimEnd('/') + "/").StartsWith(right + "/", StringComparison.Ordinal) || (right + "/").StartsWith(left.TrimEnd('/') + "/", StringComparison.Ordinal);
}
