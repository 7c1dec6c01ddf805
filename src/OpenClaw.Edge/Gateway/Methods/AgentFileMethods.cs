using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>agents.files.list</c>, <c>.get</c>, <c>.set</c>: the files at the top of a workspace that tell an agent who it
/// is. No others can be reached.</summary>
internal sealed class AgentFileMethods(GatewayRuntime runtime)
{
    private const int MaxBytes = 2 * 1024 * 1024; // as there

    private static readonly string[] s_names =
        ["AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "HEARTBEAT.md", "BOOTSTRAP.md", "MEMORY.md"];

    private readonly Lock _writing = new();

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("agents.files.list", OperatorScopes.Read, "agentId!:str1", List),
        MethodEntry.Of("agents.files.get", OperatorScopes.Read, "agentId!:str1 name!:str1", call => OnFile(call, Get)),
        MethodEntry.Of("agents.files.set", OperatorScopes.Admin, "agentId!:str1 name!:str1 content!:str expectedHash:str1", call => OnFile(call, Set)),
    ];

    private MethodReply List(MethodCall call)
    {
        if (!runtime.Agents().TryGet(call.Text("agentId")!, out AgentEntry? agent))
        {
            return MethodReply.Invalid("unknown agent id");
        }

        return MethodReply.Object(json =>
        {
            json.WriteString("agentId"u8, agent.Id);
            json.WriteString("workspace"u8, agent.Workspace);
            json.WriteStartArray("files"u8);
            foreach (string name in s_names)
            {
                WriteFile(json, agent, name, null);
            }

            json.WriteEndArray();
        });
    }

    private MethodReply OnFile(MethodCall call, Func<MethodCall, AgentEntry, string, MethodReply> work)
    {
        string name = call.Text("name")!;
        if (!runtime.Agents().TryGet(call.Text("agentId")!, out AgentEntry? agent))
        {
            return MethodReply.Invalid("unknown agent id");
        }

        if (!s_names.Contains(name, StringComparer.Ordinal))
        {
            return MethodReply.Invalid($"unsupported file \"{name}\"");
        }

        try
        {
            return work(call, agent, name);
        }
        catch (WorkspaceException exception)
        {
            return MethodReply.Invalid(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return MethodReply.Invalid($"{name} cannot be used: {exception.Message}");
        }
    }

    private static MethodReply Get(MethodCall call, AgentEntry agent, string name) =>
        Answer(agent, name, Read(agent, name), ok: false);

    private MethodReply Set(MethodCall call, AgentEntry agent, string name)
    {
        byte[] content = Encoding.UTF8.GetBytes(call.Text("content")!);
        if (content.Length > MaxBytes)
        {
            return MethodReply.Invalid($"{name} would have {content.Length} bytes; the limit is {MaxBytes}");
        }

        lock (_writing)
        {
            byte[]? before = Read(agent, name);
            if (call.Text("expectedHash") is { } expected
                && !string.Equals(expected, before is null ? "" : HashOf(before), StringComparison.OrdinalIgnoreCase))
            {
                return MethodReply.Invalid($"{name} changed since it was read; read it again and retry");
            }

            Directory.CreateDirectory(agent.Workspace);
            using WorkspaceFiles files = WorkspaceFiles.Open(agent.Workspace);
            files.WriteFile(files.Parse(name), content);
        }

        return Answer(agent, name, content, ok: true);
    }

    private static byte[]? Read(AgentEntry agent, string name)
    {
        if (!File.Exists(Path.Combine(agent.Workspace, name)))
        {
            return null;
        }

        using WorkspaceFiles files = WorkspaceFiles.Open(agent.Workspace);
        return files.ReadFile(files.Parse(name), MaxBytes);
    }

    private static MethodReply Answer(AgentEntry agent, string name, byte[]? content, bool ok) => MethodReply.Object(json =>
    {
        if (ok)
        {
            json.WriteBoolean("ok"u8, true);
        }

        json.WriteString("agentId"u8, agent.Id);
        json.WriteString("workspace"u8, agent.Workspace);
        json.WritePropertyName("file"u8);
        WriteFile(json, agent, name, content);
    });

    private static void WriteFile(Utf8JsonWriter json, AgentEntry agent, string name, byte[]? content)
    {
        string path = Path.Combine(agent.Workspace, name);
        var file = new FileInfo(path);
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("path"u8, path);
        json.WriteBoolean("missing"u8, !file.Exists);
        if (file.Exists)
        {
            json.WriteNumber("size"u8, file.Length);
            json.WriteNumber("updatedAtMs"u8, new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds());
        }
        else
        {
            json.WriteBoolean("expectedAbsent"u8, name is "SOUL.md" or "USER.md" or "MEMORY.md");
        }

        if (content is not null)
        {
            json.WriteString("hash"u8, HashOf(content));
            json.WriteString("content"u8, Encoding.UTF8.GetString(content));
        }

        json.WriteEndObject();
    }

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
