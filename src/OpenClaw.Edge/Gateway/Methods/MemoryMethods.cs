using System.Text.Json;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>memory.search</c> and <c>doctor.memory.status</c> of the original, and what the command line needs beside them.</summary>
internal sealed class MemoryMethods(GatewayRuntime runtime)
{
    private const int DefaultResults = 20; // Source: the original's memory.search
    private const int MaxSnippetChars = 700;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("memory.search", OperatorScopes.Read, "query:any agentId:str maxResults:any minScore:any …", SearchAsync),
        new("doctor.memory.status", OperatorScopes.Read, "agentId:str probe:bool deep:bool …", DoctorAsync),
        new("edge.memory.status", OperatorScopes.Read, "agentId:str deep:bool …", StatusAsync) { Advertised = false },
        new("edge.memory.index", OperatorScopes.Admin, "agentId:str force:bool …", IndexAsync) { Advertised = false },
    ];

    private async ValueTask<MethodReply> SearchAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string query = call.Text("query")?.Trim() ?? "";
        if (query.Length == 0)
        {
            return MethodReply.Fail(GatewayError.Invalid("query must be a non-empty string"));
        }

        if ((call.Has("maxResults") && Real(call, "maxResults") is null) || (call.Has("minScore") && Real(call, "minScore") is null))
        {
            return MethodReply.Fail(GatewayError.Invalid("maxResults and minScore must be finite numbers when provided"));
        }

        if (!TryFind(call, out MemoryScope scope, out GatewayError? error))
        {
            return MethodReply.Fail(error!);
        }

        if (!scope.Settings.Enabled)
        {
            return MethodReply.Fail(GatewayError.Unavailable("memory search unavailable: memory.search.enabled is false"));
        }

        try
        {
            int most = (int)Math.Clamp(call.Number("maxResults") ?? DefaultResults, 1, 50);
            MemoryAnswer answer = await runtime.Memory.SearchAsync(scope, query, most, Real(call, "minScore"), cancellationToken);
            return MethodReply.Object(json =>
            {
                json.WriteString("agentId"u8, scope.AgentId);
                json.WriteString("provider"u8, answer.Embedder ?? "none");
                json.WriteString("searchMode"u8, answer.Mode);
                MemoryJson.WriteResults(json, answer, MaxSnippetChars);
                if (answer.Notice is { } notice)
                {
                    json.WriteString("warning"u8, notice);
                }
            });
        }
        catch (StorageException failure)
        {
            return MethodReply.Fail(GatewayError.Unavailable($"memory search failed: {failure.Message}"));
        }
    }

    private async ValueTask<MethodReply> DoctorAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!TryFind(call, out MemoryScope scope, out GatewayError? error))
        {
            return MethodReply.Fail(error!);
        }

        MemoryStatus status = call.Flag("probe") || call.Flag("deep")
            ? await runtime.Memory.ProbeAsync(scope, cancellationToken)
            : runtime.Memory.Status(scope);
        return MethodReply.Object(json =>
        {
            json.WriteString("agentId"u8, scope.AgentId);
            json.WriteString("provider"u8, status.Embedder ?? "none");
            json.WriteStartObject("embedding"u8);
            WriteEmbedding(json, status);
            json.WriteEndObject();
            json.WriteBoolean("searchRuntimeRegistered"u8, true);
            json.WriteNumber("files"u8, status.Files);
            json.WriteNumber("chunks"u8, status.Chunks);
            json.WriteNumber("embedded"u8, status.Embedded);
        });
    }

    private async ValueTask<MethodReply> StatusAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!TryFindAll(call, out IReadOnlyList<MemoryScope> scopes, out GatewayError? error))
        {
            return MethodReply.Fail(error!);
        }

        List<MemoryStatus> all = [];
        foreach (MemoryScope scope in scopes)
        {
            all.Add(call.Flag("deep") && scope.Settings.Enabled ? await runtime.Memory.ProbeAsync(scope, cancellationToken) : runtime.Memory.Status(scope));
        }

        return Reply(all);
    }

    private async ValueTask<MethodReply> IndexAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!TryFindAll(call, out IReadOnlyList<MemoryScope> scopes, out GatewayError? error))
        {
            return MethodReply.Fail(error!);
        }

        try
        {
            List<MemoryStatus> all = [];
            foreach (MemoryScope scope in scopes)
            {
                all.Add(await runtime.Memory.IndexAsync(scope, call.Flag("force"), cancellationToken));
            }

            return Reply(all);
        }
        catch (StorageException failure)
        {
            return MethodReply.Fail(GatewayError.Unavailable($"memory could not be indexed: {failure.Message}"));
        }
    }

    private static MethodReply Reply(List<MemoryStatus> all) => MethodReply.Object(json =>
    {
        json.WriteStartArray("agents"u8);
        foreach (MemoryStatus status in all)
        {
            json.WriteStartObject();
            json.WriteString("agentId"u8, status.Scope.AgentId);
            json.WriteString("workspaceDir"u8, status.Scope.Workspace);
            json.WriteBoolean("enabled"u8, status.Scope.Settings.Enabled);
            json.WriteNumber("files"u8, status.Files);
            json.WriteNumber("chunks"u8, status.Chunks);
            json.WriteNumber("characters"u8, status.Characters);
            json.WriteNumber("embedded"u8, status.Embedded);
            json.WriteString("searchMode"u8, status.Embedded > 0 && status.Embedder is not null ? "hybrid" : "fts-only");
            if (status.IndexModel is { } model)
            {
                json.WriteString("indexModel"u8, model);
            }

            json.WriteStartObject("embedding"u8);
            WriteEmbedding(json, status);
            json.WriteEndObject();
            json.WriteBoolean("busy"u8, status.Busy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteEmbedding(Utf8JsonWriter json, MemoryStatus status)
    {
        json.WriteBoolean("ok"u8, status is { Embedder: not null, Problem: null });
        json.WriteBoolean("checked"u8, status.Embedder is not null || status.Problem is not null);
        if (status.Embedder is { } embedder)
        {
            json.WriteString("model"u8, embedder);
        }

        if ((status.Problem ?? (status.Embedder is null ? "not asked yet" : null)) is { } problem)
        {
            json.WriteString("error"u8, problem);
        }
    }

    private bool TryFindAll(MethodCall call, out IReadOnlyList<MemoryScope> scopes, out GatewayError? error)
    {
        error = null;
        if (call.Text("agentId") is null)
        {
            scopes = [.. runtime.Agents().All.Select(agent => runtime.Memory.Find(agent.Id)).OfType<MemoryScope>()];
            return true;
        }

        bool found = TryFind(call, out MemoryScope scope, out error);
        scopes = found ? [scope] : [];
        return found;
    }

    private bool TryFind(MethodCall call, out MemoryScope scope, out GatewayError? error)
    {
        string? asked = call.Text("agentId");
        string id = asked is null ? runtime.Agents().Default.Id : runtime.Agents().TryGet(asked.Trim(), out Agents.AgentEntry? agent) ? agent.Id : "";
        MemoryScope? found = runtime.Memory.Find(id);
        scope = found!;
        error = found is null ? GatewayError.Invalid("unknown agentId") : null;
        return found is not null;
    }

    private static double? Real(MethodCall call, string name) =>
        call.Params.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
