using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Automation;

/// <summary>Posts how a run of a job ended to the address that its <c>delivery</c> names. Addresses of private networks are closed unless
/// <c>tools.web.fetch.ssrfPolicy</c> opens them. Thread-safe.</summary>
public sealed partial class CronWebhook(GuardedHttp http, Func<EdgeConfig> config, TimeProvider time, ILogger logger)
{
    private const int Attempts = 3; // guess
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10); // the original's
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2); // guess; doubles

    /// <summary>Whether this is an address that can be posted to: http or https, without a user name.</summary>
    public static bool IsAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0;

    /// <summary>Posts; a server that does not answer or fails is asked three times. Throws <see cref="OperationCanceledException"/> only.</summary>
    /// <param name="job">The job.</param>
    /// <param name="outcome">How its run ended.</param>
    /// <param name="runAtMs">When it began.</param>
    /// <param name="to">Address.</param>
    /// <param name="cancellationToken">The gateway ends.</param>
    public Task<CronDelivered> PostAsync(CronJob job, CronOutcome outcome, long runAtMs, string? to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(outcome);
        return PostAsync(job, Body(job, outcome, runAtMs), to, cancellationToken);
    }

    /// <summary>Posts a text about a job, as <see cref="PostAsync(CronJob, CronOutcome, long, string, CancellationToken)"/> does.</summary>
    internal async Task<CronDelivered> PostAsync(CronJob job, byte[] body, string? address, CancellationToken cancellationToken)
    {
        if (address is null || !IsAddress(address))
        {
            return CronDelivered.Failed("cron webhook delivery.to must be a valid http(s) URL");
        }

        var uri = new Uri(address);
        string problem = "";
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (attempt > 0)
            {
                await Task.Delay(s_pause * (1 << (attempt - 1)), time, cancellationToken);
            }

            (bool done, string? failed, bool again) = await TryPostAsync(uri, body, cancellationToken);
            if (done)
            {
                return CronDelivered.Done;
            }

            problem = failed!;
            if (!again)
            {
                break;
            }
        }

        Log.NotPosted(logger, job.Id, $"{uri.Scheme}://{uri.Authority}{uri.AbsolutePath}", problem); // what stands behind "?" may be a secret
        return CronDelivered.Failed(problem);
    }

    private async Task<(bool Done, string? Problem, bool Again)> TryPostAsync(Uri uri, byte[] body, CancellationToken cancellationToken)
    {
        EdgeConfig now = config();
        using CancellationTokenSource deadline = new(s_timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using HttpRequestMessage request = new(HttpMethod.Post, uri) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (now.Cron.WebhookToken is { Length: > 0 } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, now.Tools.Web.Fetch.Ssrf, either.Token);
            int status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? (true, null, false)
                : (false, $"Webhook request failed with HTTP {status}", status is 408 or 429 or >= 500);
        }
        catch (WebRefusedException refused)
        {
            return (false, refused.Message, false);
        }
        catch (HttpRequestException failed)
        {
            return (false, $"{uri.Authority} cannot be reached: {failed.Message}", true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"{uri.Authority} did not answer within {s_timeout.TotalSeconds:0} s", true);
        }
    }

    // The members of the event cron: what a failed turn had said so far stays here, as there.
    private static byte[] Body(CronJob job, CronOutcome outcome, long runAtMs)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("jobId"u8, job.Id);
            json.WriteString("action"u8, "finished"u8);
            json.WritePropertyName("job"u8);
            JsonSerializer.Serialize(json, job, CronJson.Default.CronJob);
            json.WriteNumber("runAtMs"u8, runAtMs);
            json.WriteString("status"u8, outcome.Status);
            json.WriteString("completionStatus"u8, outcome.Status == "error" ? "failed"u8 : "succeeded"u8);
            if (outcome.Status != "error")
            {
                Optional(json, "summary", outcome.Summary);
            }

            Optional(json, "error", outcome.Error);
            Optional(json, "sessionId", outcome.SessionId);
            Optional(json, "sessionKey", outcome.SessionKey);
            Optional(json, "model", outcome.Model);
            Optional(json, "provider", outcome.Provider);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2690, LogLevel.Warning, "Job {JobId}: its answer was not taken by {Address}: {Problem}.")]
        public static partial void NotPosted(ILogger logger, string jobId, string address, string problem);
    }
}
