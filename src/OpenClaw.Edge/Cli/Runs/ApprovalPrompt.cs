using System.Text.Json;
using OpenClaw.Edge.Cli.Commands;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>Asks the person at the terminal about commands that wait in his session, and what his agent asks him, one at a time, and passes
/// the answer on. Answered elsewhere, the question goes away.</summary>
/// <param name="context">The invocation.</param>
/// <param name="session">Session of the conversation, as it was given.</param>
/// <param name="readLine">Reads a line of the person's.</param>
internal sealed class ApprovalPrompt(CliContext context, string session, Func<CancellationToken, Task<string?>> readLine) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CancellationTokenSource> _open = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Takes an event; true when it was one about approvals. Called on the client's reading loop.</summary>
    public bool Take(GatewayClient client, GatewayEvent gatewayEvent)
    {
        switch (gatewayEvent.Name)
        {
            case "exec.approval.requested" when IsOurs(gatewayEvent.Payload.Member("request").Text("sessionKey")):
                _ = AskAsync(client, gatewayEvent.Payload.Clone(), ApproveAsync);
                return true;
            case "question.requested" when IsOurs(gatewayEvent.Payload.Text("sessionKey")):
                _ = AskAsync(client, gatewayEvent.Payload.Clone(), AnswerAsync);
                return true;
            case "exec.approval.resolved" or "question.resolved":
                Close(gatewayEvent.Payload.Text("id"));
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (CancellationTokenSource open in _open.Values)
            {
                open.Cancel();
            }

            _disposed = true;
            _one.Dispose();
        }
    }

    private bool IsOurs(string? key) =>
        key is not null && (key == session || key.EndsWith(":" + session, StringComparison.OrdinalIgnoreCase));

    private void Close(string? id)
    {
        lock (_gate)
        {
            if (id is not null && _open.TryGetValue(id, out CancellationTokenSource? open))
            {
                open.Cancel();
            }
        }
    }

    private async Task AskAsync(GatewayClient client, JsonElement payload, Func<GatewayClient, JsonElement, CancellationToken, Task> ask)
    {
        string id = payload.Text("id") ?? "";
        using CancellationTokenSource open = new();
        lock (_gate)
        {
            _open[id] = open;
        }

        bool taken = false;
        try
        {
            await _one.WaitAsync(open.Token);
            taken = true;
            await ask(client, payload, open.Token);
        }
        catch (OperationCanceledException)
        {
            context.Say(context.Paint.Dim(taken ? " (answered elsewhere)" : ""));
        }
        catch (Exception cause) when (cause is CliException or ObjectDisposedException)
        {
            context.Note(context.ErrorPaint.Bad(TextLayout.OneLine(cause.Message)));
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(id);
                if (taken && !_disposed)
                {
                    _one.Release();
                }
            }
        }
    }

    private async Task ApproveAsync(GatewayClient client, JsonElement payload, CancellationToken cancellationToken)
    {
        JsonElement request = payload.Member("request");
        bool always = request.Items("allowedDecisions").Any(word => word.GetString() == "allow-always");
        Task<string?> answer = readLine(cancellationToken);
        context.Say("");
        context.Say(context.Paint.Accent("may this run? ") + TextLayout.Block(request.Text("command") ?? ""));
        context.Say(context.Paint.Dim(ApprovalsCommand.Where(request)));
        context.Terminal.Ask(always ? "[y]es, [a]lways here, [n]o: " : "[y]es, [n]o: ");
        string word = (await answer)?.Trim().ToLowerInvariant() switch
        {
            "y" or "yes" => "allow-once",
            "a" or "always" when always => "allow-always",
            _ => "deny",
        };
        await client.CallAsync(
            "exec.approval.resolve",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, payload.Text("id"));
                writer.WriteString("decision"u8, word);
                writer.WriteEndObject();
            },
            context.Timeout,
            CancellationToken.None);
    }

    private async Task AnswerAsync(GatewayClient client, JsonElement payload, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string[]>>? answers = await new QuestionPrompt(context, readLine).AskAsync(payload, cancellationToken);
        await client.CallAsync(
            "question.resolve",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, payload.Text("id"));
                if (answers is null)
                {
                    writer.WriteBoolean("cancel"u8, true);
                }
                else
                {
                    writer.WriteStartObject("answers"u8);
                    writer.WriteStartObject("answers"u8);
                    foreach ((string question, string[] texts) in answers)
                    {
                        writer.WriteTexts(question, texts);
                    }

                    writer.WriteEndObject();
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            },
            context.Timeout,
            CancellationToken.None);
    }
}
