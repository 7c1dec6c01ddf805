using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Gateway;

/// <summary>The first request of a socket. Source: docs/protocol.md, handshake.</summary>
internal sealed partial class GatewayConnection
{
    private const string TooManyPending = "too many pending handshake frames";

    private async ValueTask ShakeHandsAsync(FrameError error, RequestFrame frame)
    {
        if (error is FrameError.NotJson)
        {
            Close(CloseCodes.Normal, "");
            return;
        }

        string id = frame.Id;
        if (error is FrameError.NotObject or FrameError.WrongType or FrameError.MissingId or FrameError.BadId)
        {
            // There is no request that an answer could name.
            Log.Refused(_host.Logger, Id, Peer.Client, "?", FrameReader.Describe(error));
            Close(CloseCodes.PolicyViolation, "invalid request frame");
            return;
        }

        if (error != FrameError.None)
        {
            Refuse(id, "?", HandshakeRefusal.Policy(
                GatewayError.Invalid($"invalid request frame: {FrameReader.Describe(error)}")));
            return;
        }

        if (frame.Method != "connect")
        {
            Refuse(id, "?", HandshakeRefusal.Policy(
                GatewayError.Invalid("invalid handshake: first request must be connect")));
            return;
        }

        if (frame.Params.IsEmpty)
        {
            Refuse(id, "?", HandshakeRefusal.Policy(GatewayError.Invalid("invalid connect params: must be object")));
            return;
        }

        ConnectParams? parameters = ConnectParams.Read(ParseParams(frame), out string? problem);
        if (parameters is null)
        {
            Refuse(id, "?", HandshakeRefusal.Policy(GatewayError.Invalid($"invalid connect params: {problem}")));
            return;
        }

        HandshakeDecision decision;
        bool hesitated;
        try
        {
            ValueTask<HandshakeDecision> judging = _host.Handshake.JudgeAsync(this, parameters, _stopping.Token);
            hesitated = !judging.IsCompleted;
            decision = await judging;
        }
        catch (Exception failure) when (failure is StorageException or IOException or UnauthorizedAccessException)
        {
            GatewayError failed = GatewayError.Unavailable($"devices cannot be looked up: {failure.Message}", 1000);
            decision = HandshakeDecision.Refused(new HandshakeRefusal(failed, CloseCodes.InternalError) { CloseReason = "" });
            hesitated = true;
        }

        // As the original: it is slow to refuse and quick to accept a secret, so requests pile up behind the former only.
        if ((hesitated || decision.Refusal is not null)
            && await _input.HasMoreThanAsync(ProtocolLimits.MaxPendingHandshakeFrames, _stopping.Token))
        {
            Log.Refused(_host.Logger, Id, Peer.Client, parameters.Client.Id, TooManyPending);
            Close(CloseCodes.PolicyViolation, TooManyPending);
            return;
        }

        if (decision.Refusal is { } refusal)
        {
            Refuse(id, parameters.Client.Id, refusal);
            return;
        }

        _input.MaxMessageBytes = ProtocolLimits.MaxFrameBytes;
        Grant = decision.Grant;
        _host.Welcome(this, id);
        if (parameters is { Client.Id: "openclaw-control-ui", ModelCatalog: { } wish }
            && parameters.Caps.Contains(HelloWriter.ModelCatalogSnapshot, StringComparer.Ordinal))
        {
            _ = TellModelsAsync(wish);
        }
    }

    private void Refuse(string id, string client, HandshakeRefusal refusal)
    {
        Log.Refused(_host.Logger, Id, Peer.Client, client, refusal.Error.Message);
        Send(FrameWriter.Failure(id, refusal.Error));
        Close(refusal.CloseCode, refusal.CloseReason);
    }

    private static JsonElement ParseParams(RequestFrame frame)
    {
        if (frame.Params.IsEmpty)
        {
            return EmptyObject;
        }

        var json = new Utf8JsonReader(frame.Params);
        return JsonElement.ParseValue(ref json);
    }

    private static readonly JsonElement EmptyObject = ParseEmpty();

    private static JsonElement ParseEmpty()
    {
        var json = new Utf8JsonReader("{}"u8);
        return JsonElement.ParseValue(ref json);
    }
}
