using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Requests after hello-ok: refused by name, role and scope before their params are looked at.</summary>
internal sealed partial class GatewayConnection
{
    private void Dispatch(FrameError error, RequestFrame frame)
    {
        string id = frame.Id.Length > 0 ? frame.Id : "invalid";
        if (error != FrameError.None)
        {
            Fail(id, GatewayError.Invalid($"invalid request frame: {FrameReader.Describe(error)}"));
            return;
        }

        if (frame.Method == "connect")
        {
            Fail(id, GatewayError.Invalid("connect is only valid as the first request"));
            return;
        }

        if (Admit(id, frame.Method) is not { } method)
        {
            return;
        }

        if (method.IsControlPlaneWrite && _host.Writes.Count(method.Name, this) is { } tooMany)
        {
            Fail(id, tooMany);
            return;
        }

        JsonElement parameters = ParseParams(frame);
        if (method.NeedsSessionTarget && !HasSessionTarget(parameters))
        {
            Fail(id, GatewayError.Invalid("session mutation target is unavailable", json =>
            {
                json.WriteString("code"u8, "SESSION_MUTATION_TARGET_REQUIRED"u8);
                json.WriteString("method"u8, method.Name);
            }));
            return;
        }

        if (method.Schema.Check(parameters) is { } problem)
        {
            Fail(id, GatewayError.Invalid($"invalid {method.Name} params: {problem}"));
            return;
        }

        if (!TryBegin(frame.Params.Length))
        {
            Fail(id, GatewayError.Unavailable("The server is busy. Please try again in a moment.", 1000));
            return;
        }

        _ = AnswerAsync(method, new MethodCall(this, id, method.Name, parameters), frame.Params.Length);
    }

    private MethodEntry? Admit(string id, string name)
    {
        ConnectionGrant grant = Grant!;
        if (!_host.Methods.TryGet(name, out MethodEntry? method))
        {
            Fail(id, GatewayError.Invalid($"unknown method: {name}"));
            return null;
        }

        if (method.Role != MethodRole.Any && grant.IsNode != (method.Role == MethodRole.Node))
        {
            Fail(id, GatewayError.Invalid($"unauthorized role: {grant.Role}"));
            if (++_wrongRoleCalls > ProtocolLimits.MaxWrongRoleCalls)
            {
                Close(CloseCodes.PolicyViolation, "repeated unauthorized calls");
            }

            return null;
        }

        _wrongRoleCalls = 0;
        if (method.Role == MethodRole.Operator && !grant.Scopes.Allows(method.Scope))
        {
            Fail(id, MissingScope(method.Scope));
            return null;
        }

        return method;
    }

    /// <summary>The error of a caller without a scope.</summary>
    public static GatewayError MissingScope(OperatorScopes scope)
    {
        string name = ScopeSet.NameOf(scope);
        return new GatewayError(ErrorCodes.Forbidden, $"missing scope: {name}")
        {
            Details = json =>
            {
                json.WriteString("code"u8, "MISSING_SCOPE"u8);
                json.WriteString("missingScope"u8, name);
                json.WriteStartArray("requiredScopes"u8);
                json.WriteStringValue(name);
                json.WriteEndArray();
            },
        };
    }

    private async Task AnswerAsync(MethodEntry method, MethodCall call, long bytes)
    {
        try
        {
            MethodReply reply = await method.Run(call, _stopping.Token);
            if (reply.Error is { } error)
            {
                Send(FrameWriter.Failure(call.Id, error, reply.Payload));
            }
            else if (reply.Payload is { } payload)
            {
                Send(FrameWriter.Response(call.Id, payload));
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The peer has gone; there is nobody to answer.
        }
        catch (Exception exception)
        {
            if (MethodErrors.From(exception) is { } known)
            {
                Fail(call.Id, known);
            }
            else
            {
                Log.MethodFailed(_host.Logger, method.Name, Id, exception);
                Fail(call.Id, GatewayError.Unavailable("internal error; the gateway's log has the details"));
            }
        }
        finally
        {
            End(bytes);
        }
    }

    private void Fail(string id, GatewayError error) => Send(FrameWriter.Failure(id, error));

    private static bool HasSessionTarget(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        return parameters.TryGetProperty("sessionKey", out _) || parameters.TryGetProperty("key", out _);
    }

    /// <summary>Whether a request waits for its answer.</summary>
    public bool HasPending
    {
        get
        {
            lock (_pendingGate)
            {
                return _pending > 0;
            }
        }
    }

    // The params of a request are kept until it is answered.
    private bool TryBegin(long bytes = 0)
    {
        lock (_pendingGate)
        {
            if (_pending >= ProtocolLimits.MaxPendingRequests || _idle is not null
                || (_pending > 0 && _pendingBytes + bytes > ProtocolLimits.MaxPendingBytes))
            {
                return false;
            }

            _pending++;
            _pendingBytes += bytes;
            return true;
        }
    }

    private void End(long bytes = 0)
    {
        lock (_pendingGate)
        {
            _pendingBytes -= bytes;
            if (--_pending == 0)
            {
                _idle?.TrySetResult();
            }
        }
    }
}
