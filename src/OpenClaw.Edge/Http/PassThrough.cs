using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>Sends a request on to a model server and its answer back, as bytes: nothing but the value of <c>model</c> is
/// touched, and nothing is parsed on the way. Thread-safe.</summary>
internal sealed partial class PassThrough(
    ProviderHttp http, HttpCounters counters, ProviderCounters calls, TimeProvider clock, ILogger logger)
{
    // Adjacent pieces that are there already leave as one packet; beyond this the peer gets what there is.
    private const int MaxUnflushed = 16 * 1024;

    // For the words of an error; its status is there.
    private static readonly TimeSpan ErrorBudget = TimeSpan.FromSeconds(5);

    /// <summary>Forwards one call and answers the client with whatever comes of it. Cancelled by the client's leaving,
    /// and by the server's silence, which closes the upstream connection at once.</summary>
    public async Task ForwardAsync(HttpContext context, PassThroughCall call)
    {
        CancellationToken gone = context.RequestAborted;
        using CallMeter meter = calls.Begin(call.Provider, model: null);
        using CancellationTokenSource deadline = new(call.Target.FirstByteTimeout, clock);
        using CancellationTokenRegistration leaving =
            gone.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        using HttpRequestMessage request = new(HttpMethod.Post, call.Address);
        request.Content = new SplicedJsonContent(call.Body, call.Model.Start, call.Model.Length, call.UpstreamModel);
        call.Target.Apply(request.Headers);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, deadline.Token);
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            Failed(meter, ProviderFailure.Unreachable);
            await SilentAsync(context, call, connected: deadline.IsCancellationRequested);
            return;
        }
        catch (HttpRequestException exception)
        {
            Failed(meter, ProviderFailure.Unreachable);
            Log.Unreachable(logger, call.Provider, call.Target.BaseUri.Authority, exception.Message);
            await UpstreamErrors.UnreachableAsync(context, call, exception);
            return;
        }

        using (response)
        {
            if ((int)response.StatusCode >= 400)
            {
                Failed(meter, FailureOf((int)response.StatusCode));
                deadline.CancelAfter(ErrorBudget);
                await UpstreamErrors.PassOnAsync(context, call, response, deadline.Token);
                return;
            }

            await CopyAsync(context, call, response, deadline, meter);
        }
    }

    private Task SilentAsync(HttpContext context, PassThroughCall call, bool connected)
    {
        if (connected)
        {
            Log.Silent(logger, call.Provider, call.Target.BaseUri.Authority, call.Target.FirstByteTimeout.TotalSeconds);
            return UpstreamErrors.SilentAsync(context, call);
        }

        HttpRequestException away = new("the connection timed out", new TimeoutException());
        Log.Unreachable(logger, call.Provider, call.Target.BaseUri.Authority, away.Message);
        return UpstreamErrors.UnreachableAsync(context, call, away);
    }

    private void Failed(CallMeter meter, ProviderFailure failure)
    {
        counters.UpstreamFailed();
        meter.Failed(failure);
    }

    private static ProviderFailure FailureOf(int status) => status switch
    {
        401 or 403 => ProviderFailure.Unauthorized,
        404 => ProviderFailure.ModelNotFound,
        429 => ProviderFailure.RateLimited,
        >= 500 => ProviderFailure.ServerError,
        _ => ProviderFailure.BadRequest,
    };

    private async Task CopyAsync(
        HttpContext context, PassThroughCall call, HttpResponseMessage response, CancellationTokenSource deadline, CallMeter meter)
    {
        CancellationToken gone = context.RequestAborted;
        UpstreamHeaders.Copy(response, context.Response);
        using UsageTail tail = new();
        try
        {
            Stream upstream = await response.Content.ReadAsStreamAsync(gone);
            await CopyBodyAsync(upstream, context.Response, tail, deadline, call.Target.StallTimeout, meter);
            meter.Succeeded();
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            Failed(meter, ProviderFailure.Stalled);
            Log.Silent(logger, call.Provider, call.Target.BaseUri.Authority, call.Target.StallTimeout.TotalSeconds);
            await UpstreamErrors.BrokeOffAsync(context, tail.TotalBytes, UpstreamErrors.SilenceOf(call, call.Target.StallTimeout));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !gone.IsCancellationRequested)
        {
            Failed(meter, ProviderFailure.DroppedMidStream);
            Log.BrokeOff(logger, exception.Message);
            await UpstreamErrors.BrokeOffAsync(context, tail.TotalBytes);
        }
        finally
        {
            counters.Sent(tail.TotalBytes);
            if (tail.TryRead(out long prompt, out long completion))
            {
                counters.Tokens(prompt, completion);
                meter.Tokens(prompt, completion, 0);
            }
        }
    }

    private static async ValueTask CopyBodyAsync(
        Stream upstream,
        HttpResponse response,
        UsageTail tail,
        CancellationTokenSource deadline,
        TimeSpan patience,
        CallMeter meter)
    {
        CancellationToken stopped = deadline.Token;
        PipeWriter output = response.BodyWriter;
        long? expected = response.ContentLength;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxUnflushed);
        int unflushed = 0;
        while (expected is null || tail.TotalBytes < expected)
        {
            ValueTask<int> reading = upstream.ReadAsync(buffer, stopped);
            if (!reading.IsCompleted)
            {
                if (unflushed > 0)
                {
                    deadline.CancelAfter(Timeout.InfiniteTimeSpan); // a caller that reads slowly is Kestrel's to judge
                    await output.FlushAsync(stopped);
                    unflushed = 0;
                }

                deadline.CancelAfter(patience);
            }

            int count = await reading;
            if (count == 0)
            {
                break;
            }

            ReadOnlySpan<byte> piece = buffer.AsSpan(0, count);
            output.Put(piece);
            tail.Add(piece);
            meter.Piece();
            unflushed += count;
            if (unflushed >= MaxUnflushed)
            {
                deadline.CancelAfter(Timeout.InfiniteTimeSpan);
                await output.FlushAsync(stopped);
                unflushed = 0;
            }
        }

        // Not in a finally: after a failure a read may still be writing into it, so the collector takes it then.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static partial class Log
    {
        [LoggerMessage(2210, LogLevel.Warning, "Model server {Provider} at {Authority} did not answer ({Reason}); the caller got 502.")]
        public static partial void Unreachable(ILogger logger, string provider, string authority, string reason);

        [LoggerMessage(2212, LogLevel.Warning, "Model server {Provider} at {Authority} was silent for {Seconds} s; the call was ended.")]
        public static partial void Silent(ILogger logger, string provider, string authority, double seconds);

        [LoggerMessage(2211, LogLevel.Warning, "A model server broke off its answer ({Reason}); the caller was told.")]
        public static partial void BrokeOff(ILogger logger, string reason);
    }
}
