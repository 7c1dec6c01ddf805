using System.Buffers;
using System.Globalization;
using System.Text;
using static OpenClaw.Edge.TestKit.Models.WireText;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>Sends one answer of the scripted model: pieces, holds, pace and faults.</summary>
internal sealed class ModelAnswerWriter(
    ModelRoutes routes, ModelConnection connection, ScriptedRequest request, ModelWire wire, ModelAnswer answer, bool ascii, CancellationToken gone)
{
    private readonly ArrayBufferWriter<byte> pending = new(4096);
    private readonly ArrayBufferWriter<byte> framed = new(4096);
    private readonly int total = answer.Fault == ModelFault.Empty ? 0 : answer.Tokens ?? answer.Pieces.Count;

    /// <summary>Sends it; <see langword="false"/> when the connection must not be used again.</summary>
    public async Task<bool> WriteAsync(bool stream)
    {
        if (answer.HoldHead is { } hold)
        {
            await hold.WaitAsync(gone);
        }

        switch (answer.Fault)
        {
            case ModelFault.Refuse:
                connection.Reset();
                return false;
            case ModelFault.NoHead:
                await Task.Delay(Timeout.InfiniteTimeSpan, gone);
                return false;
            default:
                break;
        }

        if (answer is { Status: not 200, Fault: ModelFault.Stall })
        {
            await connection.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {answer.Status} Error\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"error\""));
            return await BreakAsync();
        }

        if (answer.Status != 200)
        {
            return await routes.ErrorAsync(answer.Status, answer.ErrorMessage, answer.RetryAfter);
        }

        return stream ? await StreamAsync() : await WholeAsync();
    }

    private async Task<bool> WholeAsync()
    {
        if (answer.HoldFirst is { } hold)
        {
            await hold.WaitAsync(gone);
        }

        TimeSpan pace = answer.PiecesPerSecond > 0 ? TimeSpan.FromSeconds(total / answer.PiecesPerSecond) : TimeSpan.Zero;
        if (answer.FirstPieceDelay + pace > TimeSpan.Zero)
        {
            await Task.Delay(answer.FirstPieceDelay + pace, gone);
        }

        if (answer.Fault is ModelFault.Drop or ModelFault.Stall or ModelFault.Truncated)
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"model\""u8.ToArray());
            return await BreakAsync();
        }

        StringBuilder text = new();
        for (int i = 0; i < total; i++)
        {
            text.Append(Piece(i));
        }

        return await routes.JsonAsync(answer.Fault == ModelFault.BadJson ? "{\"oops" : wire.Whole(Totals(text.ToString())));
    }

    private async Task<bool> StreamAsync()
    {
        await connection.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {wire.ContentType}\r\nTransfer-Encoding: chunked\r\n\r\n"));
        if (answer.HoldFirst is { } hold)
        {
            await hold.WaitAsync(gone);
        }

        if (answer.FirstPieceDelay > TimeSpan.Zero)
        {
            await Task.Delay(answer.FirstPieceDelay, gone);
        }

        wire.Open(pending, PromptTokens);
        foreach (string thought in answer.Thinking)
        {
            wire.Thinking(pending, Escape(thought, ascii));
            await FlushAsync();
        }

        int faultAt = answer.Fault is ModelFault.None or ModelFault.Empty ? -1 : Math.Min(answer.FaultAfter ?? (total / 2), total);
        long began = TimeProvider.System.GetTimestamp();
        for (int i = 0; i <= total; i++)
        {
            if (i == faultAt && !await GoesOnAsync())
            {
                return answer.Fault is ModelFault.Truncated or ModelFault.ErrorObject;
            }

            if (i == answer.HoldAt && answer.HoldRest is { } rest)
            {
                await FlushAsync();
                await rest.WaitAsync(gone);
            }

            if (i < total)
            {
                await PieceAsync(i, began);
            }
        }

        if (answer.ToolCalls.Count > 0)
        {
            wire.ToolCalls(pending, answer.ToolCalls);
        }

        wire.Close(pending, Totals(""));
        await FlushAsync(last: true);
        return true;
    }

    private async ValueTask PieceAsync(int index, long began)
    {
        if (answer.PiecesPerSecond > 0)
        {
            TimeSpan early = TimeSpan.FromSeconds(index / answer.PiecesPerSecond) - TimeProvider.System.GetElapsedTime(began);
            if (early > TimeSpan.FromMilliseconds(0.5))
            {
                await Task.Delay(early, gone);
            }
        }

        wire.Text(pending, Escaped(index));
        if (answer.PiecesPerSecond > 0 || index % answer.MessagesPerWrite == answer.MessagesPerWrite - 1)
        {
            await FlushAsync();
        }
    }

    // False: the answer is over.
    private async Task<bool> GoesOnAsync()
    {
        switch (answer.Fault)
        {
            case ModelFault.BadJson:
                wire.Garbage(pending);
                return true;
            case ModelFault.ErrorObject:
                wire.Error(pending, answer.ErrorMessage);
                await FlushAsync(last: true);
                return false;
            case ModelFault.Truncated:
                await FlushAsync(last: true);
                return false;
            default:
                await FlushAsync();
                await BreakAsync();
                return false;
        }
    }

    private async Task<bool> BreakAsync()
    {
        request.MarkFirstPiece();
        if (answer.Fault == ModelFault.Stall)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, gone);
        }

        connection.Reset();
        return false;
    }

    private async ValueTask FlushAsync(bool last = false)
    {
        gone.ThrowIfCancellationRequested();
        if (answer.SplitEveryByte)
        {
            for (int i = 0; i < pending.WrittenCount; i++)
            {
                await connection.SendAsync((byte[])[.. "1\r\n"u8, pending.WrittenSpan[i], .. "\r\n"u8]);
            }
        }
        else if (pending.WrittenCount > 0)
        {
            Span<byte> size = framed.GetSpan(16);
            pending.WrittenCount.TryFormat(size, out int digits, "x", CultureInfo.InvariantCulture);
            framed.Advance(digits);
            framed.Write("\r\n"u8);
            framed.Write(pending.WrittenSpan);
            framed.Write("\r\n"u8);
        }

        if (last)
        {
            framed.Write("0\r\n\r\n"u8);
        }

        if (framed.WrittenCount > 0)
        {
            await connection.SendAsync(framed.WrittenMemory);
            request.MarkFirstPiece();
        }

        pending.ResetWrittenCount();
        framed.ResetWrittenCount();
    }

    private string Piece(int index) =>
        answer.Tokens is null ? answer.Pieces[index] : answer.Stamped ? TokenStream.Stamp() : TokenStream.Piece(index);

    // Pieces of the token stream have nothing to escape, and a load test says hundreds of thousands of them a second.
    private string Escaped(int index) => answer.Tokens is null ? Escape(answer.Pieces[index], ascii) : Piece(index);

    private int PromptTokens => answer.PromptTokens ?? Math.Max(1, request.Body.Length / 4);

    private AnswerTotals Totals(string text) => new(
        PromptTokens, answer.CompletionTokens ?? Math.Max(1, total), answer.Finish, text, string.Concat(answer.Thinking), answer.ToolCalls);
}
