"""From one stage of a job to the next, and from the last one to readers."""

from documents.models import Job, Version
from documents.pipeline import jobs, pdfs
from documents.pipeline.stages import STAGES


def advance(job: Job) -> None:
    """Every step of the job's stage is over: open the next stage that has something to do, or end the job."""
    stages = jobs.route(job)
    done = [kind.value for kind in stages].index(job.stage)
    STAGES[stages[done]].close(job)
    for kind in stages[done + 1 :]:
        if batches := STAGES[kind].batches(job):
            jobs.open_stage(job, kind, batches)
            return

    def conclude() -> None:
        for kind in stages:
            STAGES[kind].conclude(job)

    jobs.succeed(job, Version.objects.get(pk=pdfs.version_id(job)), conclude=conclude)
