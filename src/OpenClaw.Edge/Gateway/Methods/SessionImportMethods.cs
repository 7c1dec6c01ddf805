using System.Text;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Our own <c>edge.sessions.import</c>: JSON lines of the original become a session.</summary>
internal sealed class SessionImportMethods(GatewayRuntime runtime, SessionEvents events)
{
    private const int MaxNamed = 10;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("edge.sessions.import", OperatorScopes.Admin, "key!:str1 agentId:str1 jsonl!:str1 append:bool", ImportAsync),
    ];

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
