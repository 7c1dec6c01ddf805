using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>agents.workspace.list</c>, <c>.get</c>: reading an agent's workspace; nothing outside it can be reached.</summary>
internal sealed class WorkspaceMethods(GatewayRuntime runtime)
{
    private const int DefaultLimit = 250;
    private const int MaxLimit = 500;
    private const int MaxTextBytes = 256 * 1024;
    private const int MaxImageBytes = 5 * 1024 * 1024;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("agents.workspace.list", OperatorScopes.Read, "agentId!:str1 path:str offset:int(0..) limit:int(1..)", call => OnPath(call, List)),
        MethodEntry.Of("agents.workspace.get", OperatorScopes.Read, "agentId!:str1 path!:str1", call => OnPath(call, Get)),
    ];

    private MethodReply OnPath(MethodCall call, Func<MethodCall, AgentEntry, WorkspacePath, MethodReply> work)
    {
        string agentId = call.Text("agentId")!;
        if (!runtime.Agents().TryGet(agentId, out AgentEntry? agent))
        {
            return MethodReply.Invalid($"agent \"{agentId}\" not found");
        }

        string path = call.Text("path") ?? "";
        if (path.StartsWith('/') || path.StartsWith('\\') || path is [_, ':', ..])
        {
            return Fault("workspace_path_invalid", "path must be workspace-relative", path);
        }

        string wanted = path.Trim().Trim('/');
        return WorkspacePath.TryParse(wanted.Length == 0 ? "." : wanted, agent.Workspace, out WorkspacePath inside, out _)
            ? work(call, agent, inside)
            : Fault("workspace_path_invalid", "path escapes the agent workspace", path);
    }

    private static MethodReply List(MethodCall call, AgentEntry agent, WorkspacePath path)
    {
        string at = path.IsRoot ? "" : path.Text;
        IReadOnlyList<WorkspaceItem> items = [];
        if (!path.IsRoot || Directory.Exists(agent.Workspace)) // a workspace that no turn has made yet is an empty one
        {
            try
            {
                using WorkspaceFiles files = WorkspaceFiles.Open(agent.Workspace);
                items = files.List(path);
            }
            catch (WorkspaceException)
            {
                return Fault("workspace_path_not_found", "workspace directory not found", at);
            }
        }

        WorkspaceItem[] shown = [.. items.Where(item => item.Kind is "file" or "dir")
            .OrderBy(item => item.Kind, StringComparer.Ordinal).ThenBy(item => item.Name, StringComparer.OrdinalIgnoreCase)];
        int offset = (int)Math.Min(call.Number("offset") ?? 0, shown.Length);
        int limit = (int)Math.Min(call.Number("limit") ?? DefaultLimit, MaxLimit);
        return MethodReply.Object(json =>
        {
            json.WriteString("agentId"u8, agent.Id);
            json.WriteString("path"u8, at);
            if (!path.IsRoot)
            {
                json.WriteString("parentPath"u8, path.Parent.IsRoot ? "" : path.Parent.Text);
            }

            json.WriteStartArray("entries"u8);
            foreach (WorkspaceItem item in shown.Skip(offset).Take(limit))
            {
                WriteEntry(json, agent, at, item);
            }

            json.WriteEndArray();
            json.WriteNumber("totalEntries"u8, shown.Length);
            json.WriteNumber("offset"u8, offset);
        });
    }

    private static void WriteEntry(Utf8JsonWriter json, AgentEntry agent, string at, WorkspaceItem item)
    {
        string path = at.Length == 0 ? item.Name : $"{at}/{item.Name}";
        var facts = new FileInfo(Path.Combine(agent.Workspace, path));
        json.WriteStartObject();
        json.WriteString("path"u8, path);
        json.WriteString("name"u8, item.Name);
        json.WriteString("kind"u8, item.Kind == "dir" ? "directory"u8 : "file"u8);
        if (facts.Exists)
        {
            json.WriteNumber("size"u8, facts.Length);
        }

        json.WriteNumber("updatedAtMs"u8, new DateTimeOffset(facts.LastWriteTimeUtc).ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }

    private static MethodReply Get(MethodCall call, AgentEntry agent, WorkspacePath path)
    {
        string? image = ImageType(path.Name);
        int maxBytes = image is null ? MaxTextBytes : MaxImageBytes;
        byte[] content;
        var facts = new FileInfo(Path.Combine(agent.Workspace, path.Text));
        try
        {
            using WorkspaceFiles files = WorkspaceFiles.Open(agent.Workspace);
            content = files.ReadFile(path, maxBytes);
        }
        catch (WorkspaceException refused)
        {
            return refused.Fault == WorkspaceFault.TooLarge
                ? Fault("workspace_file_too_large", "workspace file is too large to preview", path.Text, maxBytes, facts.Length)
                : Fault("workspace_file_not_found", "workspace file not found", path.IsRoot ? "" : path.Text);
        }

        if (image is null && !System.Text.Unicode.Utf8.IsValid(content))
        {
            return Fault("workspace_file_unsupported", "workspace file is not UTF-8 text or a supported image", path.Text);
        }

        return MethodReply.Object(json =>
        {
            json.WriteString("agentId"u8, agent.Id);
            json.WriteStartObject("file"u8);
            json.WriteString("path"u8, path.Text);
            json.WriteString("name"u8, path.Name);
            json.WriteNumber("size"u8, content.Length);
            json.WriteNumber("updatedAtMs"u8, new DateTimeOffset(facts.LastWriteTimeUtc).ToUnixTimeMilliseconds());
            json.WriteString("mimeType"u8, image ?? "text/plain");
            json.WriteString("encoding"u8, image is null ? "utf8"u8 : "base64"u8);
            json.WriteString("content"u8, image is null ? Encoding.UTF8.GetString(content) : Convert.ToBase64String(content));
            json.WriteEndObject();
        });
    }

    private static string? ImageType(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        ".gif" => "image/gif",
        ".bmp" => "image/bmp",
        ".avif" => "image/avif",
        _ => null,
    };

    private static MethodReply Fault(string type, string message, string path, int? maxBytes = null, long? size = null) =>
        MethodReply.Fail(GatewayError.Invalid(message, json =>
        {
            json.WriteString("type"u8, type);
            json.WriteString("path"u8, path);
            if (maxBytes is { } limit)
            {
                json.WriteNumber("maxBytes"u8, limit);
                json.WriteNumber("size"u8, size ?? 0);
            }
        }));
}
