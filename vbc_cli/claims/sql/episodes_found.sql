-- Every episode with what opened it.
SELECT
    episode_no AS episode_no,
    type_no AS type_no,
    code_no AS code_no,
    anchor_start AS anchor_start,
    anchor_end AS anchor_end,
    counted AS counted
FROM episodes
