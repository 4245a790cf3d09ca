namespace WorkflowAspire.BullMQ;

/// <summary>
/// When a scheduler's next job is due whose pattern is of the program's own kind, for example an RRULE: Node's <c>settings.repeatStrategy</c>. It is asked for every
/// pattern in place of cron; intervals are not its business. Queues that make schedulers and workers that take their jobs need the same one.
/// </summary>
/// <param name="after">The job is to be due after this time: now, or when the job before is due.</param>
/// <param name="options">The scheduler's options: <see cref="RepeatOptions.Pattern"/>, <see cref="RepeatOptions.StartDate"/>, <see cref="RepeatOptions.Immediately"/> and so on are its to heed.</param>
/// <param name="jobName">The jobs' name.</param>
/// <returns>When the job is due; null where none is to follow.</returns>
/// <remarks>Where it throws, making a scheduler fails with that, and a worker logs it: the job that it has taken is the last of its series.</remarks>
public delegate ValueTask<DateTimeOffset?> RepeatStrategy(DateTimeOffset after, RepeatOptions options, string jobName);
