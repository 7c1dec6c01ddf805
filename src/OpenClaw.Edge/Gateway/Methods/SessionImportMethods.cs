using System.Buffers;
using System.Text;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Our own <c>edge.sessions.import</c> and <c>edge.sessions.export</c>: JSON lines of the original become a session, and a session
/// such lines, piece by piece.</summary>
internal sealed class SessionImportMethods(GatewayRuntime runtime, SessionEvents events)
{
    private const int MaxNamed = 10;
    private const int PieceBytes = 1 << 20; // a piece grows in JSON, and one record of it may be some MB

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("edge.sessions.import", OperatorScopes.Admin, "key!:str1 agentId:str1 jsonl!:str1 append:bool", ImportAsync),
        MethodEntry.Of("edge.sessions.export", OperatorScopes.Read, "key!:str1 agentId:str1 cursor:str1", Export),
    ];

    private MethodReply Export(MethodCall call)
    {
        AgentCatalog agents = runtime.Agents();
        if (!SessionTarget.TryRead(call, "key", agents, out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        ArrayBufferWriter<byte> lines = new();
        string? cursor = call.Text("cursor");
        int? records;
        try
        {
            records = new TranscriptExport(runtime.Sessions).Write(key, lines, agents.TryGet(key.AgentId, out AgentEntry? agent) ? agent.Workspace : null, ref cursor, PieceBytes);
        }
        catch (FormatException wrong)
        {
            return MethodReply.Invalid(wrong.Message);
        }

        return records is not { } written
            ? MethodReply.Invalid($"there is no session {key.Text}")
            : MethodReply.Object(json =>
            {
                json.WriteString("key"u8, key.Text);
                json.WriteNumber("records"u8, written);
                json.WriteString("jsonl"u8, lines.WrittenSpan);
                if (cursor is not null)
                {
                    json.WriteString("cursor"u8, cursor);
                }
            });
    }

    private async ValueTask<MethodReply> ImportAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (runtime.Runs.ActiveFor(key) is not null)
        {
            return MethodReply.Fail(GatewayError.Unavailable($"session {key.Text} has a turn that runs; import when it has ended"));
        }

        if (!call.Flag("append") && runtime.Sessions.Find(key) is not null
            && runtime.Sessions.ReadPage(key, 1).Entries.Count > 0)
        {
            return MethodReply.Invalid($"session {key.Text} has messages already; import into another key, or append");
        }

        using MemoryStream lines = new(Encoding.UTF8.GetBytes(call.Text("jsonl")!));
        TranscriptImportResult result;
        try
        {
            result = await new TranscriptImport(runtime.Sessions).ReadAsync(key, lines, cancellationToken);
        }
        catch (InvalidDataException wrong)
        {
            return MethodReply.Invalid(wrong.Message);
        }

        events.Changed(key, "create");
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("key"u8, key.Text);
            json.WriteString("sessionId"u8, runtime.Sessions.Find(key)?.SessionId ?? "");
            json.WriteNumber("imported"u8, result.Imported);
            json.WriteNumber("skipped"u8, result.Skipped);
            json.WriteNumber("damaged"u8, result.Damaged);
            json.WriteTexts("problems", [.. result.Problems.Take(MaxNamed)]);
        });
    }
}
