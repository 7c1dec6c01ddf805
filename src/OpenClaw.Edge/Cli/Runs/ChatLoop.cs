using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>A conversation: one line in, one turn out. On a terminal it prompts and shows tools and progress; on a pipe it
/// prints answers only.</summary>
/// <param name="context">The invocation.</param>
/// <param name="options">What the conversation is about.</param>
internal sealed class ChatLoop(CliContext context, ChatOptions options) : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private GatewayClient? _client;
    private ChatTurn? _turn;
    private ApprovalPrompt? _approvals;
    private Task<string?>? _reading;

    private bool Interactive => context.Terminal.InIsTerminal && context.Terminal.OutIsTerminal && !context.Json;

    /// <summary>Runs until the input ends, <c>/quit</c>, or an interruption that means to leave. Returns the exit code:
    /// on a pipe a failed turn makes it 1.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stop = cancellationToken.Register(() => _leaving.Cancel());
        bool failed = false;
        try
        {
            await ConnectAsync();
            await GreetAsync();
            string? next = options.FirstMessage;
            while ((next ??= await ReadLineAsync()) is { } line && line.Trim() is not ("/quit" or "/exit"))
            {
                next = null;
                if (line.Trim() == "/help")
                {
                    ShowHelp();
                }
                else if (!string.IsNullOrWhiteSpace(line))
                {
                    failed |= !await TakeTurnAsync(line);
                }
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            context.Note("");
        }
        finally
        {
            await (_client?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        return (int)(failed && !Interactive ? ExitCode.Failed : ExitCode.Ok);
    }

    /// <summary>Ctrl-C: the first one during a turn stops the turn; any other leaves.</summary>
    public void Interrupt()
    {
        if (_turn is not { } turn || !turn.TryAbort())
        {
            _leaving.Cancel();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _approvals?.Dispose();
        _leaving.Dispose();
    }

    private async Task ConnectAsync()
    {
        _approvals ??= Interactive ? new ApprovalPrompt(context, options.SessionKey, NextLineAsync) : null;
        _client = await context.ConnectAsync(
            Interactive ? GatewayScopes.Chat : GatewayScopes.Write,
            _leaving.Token,
            Interactive ? ["tool-events", "approvals"] : ["tool-events"],
            gatewayEvent =>
            {
                if (_client is not { } client || _approvals?.Take(client, gatewayEvent) is not true)
                {
                    _turn?.Take(gatewayEvent);
                }
            });
    }

    // A question that was answered elsewhere leaves its line to whoever reads next.
    private async Task<string?> NextLineAsync(CancellationToken cancellationToken)
    {
        _reading ??= context.Terminal.In.ReadLineAsync(CancellationToken.None).AsTask();
        string? line = await _reading.WaitAsync(cancellationToken);
        _reading = null;
        return line;
    }

    private async Task GreetAsync()
    {
        if (!Interactive)
        {
            return;
        }

        JsonElement history = await _client!.CallAsync(
            "chat.history",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("sessionKey"u8, options.SessionKey);
                writer.WriteNumber("limit"u8, options.HistoryLimit);
                writer.WriteEndObject();
            },
            context.Timeout,
            _leaving.Token);
        JsonElement defaults = history.Member("defaults");
        JsonElement session = history.Member("sessionInfo");
        string? provider = session.Text("modelProvider") ?? defaults.Text("modelProvider");
        string? model = session.Text("model") ?? defaults.Text("model");
        string name = model is null ? "no model" : provider is null ? model : $"{provider}/{model}";
        context.Say(context.Paint.Dim(
            $"session {options.SessionKey} · {name} · /help for commands, Ctrl-C stops a turn, Ctrl-D leaves"));
        foreach (JsonElement message in history.Items("messages"))
        {
            ShowPast(message);
        }
    }

    private void ShowPast(JsonElement message)
    {
        string text = TextLayout.Block(message.MessageText()).Trim();
        if (text.Length > 0 && message.Text("role") is "user" or "assistant")
        {
            context.Say(message.Text("role") == "user" ? context.Paint.Dim("> " + text) : text);
        }
    }

    private async Task<string?> ReadLineAsync()
    {
        string whole = "";
        while (true)
        {
            if (Interactive)
            {
                context.Terminal.Ask(context.Paint.Accent(whole.Length == 0 ? "> " : "… "));
            }

            string? line = await NextLineAsync(_leaving.Token);
            if (line is null)
            {
                return whole.Length == 0 ? null : whole;
            }

            if (!Interactive || !line.EndsWith('\\'))
            {
                return whole + line;
            }

            whole += line[..^1] + "\n"; // a backslash at the end asks for another line
        }
    }

    private async Task<bool> TakeTurnAsync(string message)
    {
        try
        {
            if (_client is { Closed.IsCompleted: true })
            {
                await _client.DisposeAsync();
                await ConnectAsync();
            }

            ChatTurn turn = new(context, _client!, options);
            _turn = turn;
            return await turn.RunAsync(message, _leaving.Token);
        }
        catch (CliException e) when (Interactive || context.Json)
        {
            ShowFailure(e);
            return false;
        }
        finally
        {
            _turn = null;
        }
    }

    private void ShowFailure(CliException e)
    {
        if (context.Json)
        {
            context.PrintLine(writer => CliFailure.WriteEnvelope(writer, e, "error"));
        }
        else
        {
            context.Note(context.ErrorPaint.Bad(TextLayout.OneLine(e.Message)));
        }
    }

    private void ShowHelp() => context.Say(
        """
        /quit      leave (also Ctrl-D)
        /help      this
        Ctrl-C     stop the turn; twice: leave
        \          at the end of a line: one more line
        Other commands that start with / are the gateway's: /status, /new, /reset, /model, …
        """);
}
